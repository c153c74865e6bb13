library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$wave_place <- match(data$day, sort(unique(data$day)))
fit <- gls(reaction ~ 1 + day,
           data = data,
           correlation = corARMA(form = ~ wave_place | subject, p = 1, q = 1),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
