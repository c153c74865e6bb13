library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
fit <- gls(reaction ~ 1 + day,
           data = data,
           correlation = corExp(form = ~ day | subject),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
