library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$time1 <- (data$age - 8)
fit <- gls(distance ~ 1 + time1,
           data = data,
           correlation = corGaus(form = ~ age | subject, nugget = TRUE),
           method = "ML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
