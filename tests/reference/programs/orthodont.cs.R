library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$sex <- factor(data$sex, levels = c("Male", "Female"))
data$time1 <- (data$age - 8)
fit <- gls(distance ~ 1 + sex + time1 + time1:sex,
           data = data,
           correlation = corCompSymm(form = ~ 1 | subject),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
