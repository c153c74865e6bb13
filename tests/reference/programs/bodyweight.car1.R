library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$time1 <- (data$day - 1)
fit <- gls(weight ~ 1 + time1,
           data = data,
           correlation = corCAR1(form = ~ day | rat),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
