library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$time1 <- (data$age - 8)
data$wave_place <- match(data$age, sort(unique(data$age)))
fit <- gls(distance ~ 1 + time1,
           data = data,
           correlation = corAR1(form = ~ wave_place | subject),
           weights = varIdent(form = ~ 1 | wave_place),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
