library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$sex <- factor(data$sex, levels = c("Male", "Female"))
data$wave_place <- match(data$age, sort(unique(data$age)))
data$occasion <- factor(data$age)
fit <- gls(distance ~ 0 + occasion + occasion:sex,
           data = data,
           correlation = corSymm(form = ~ wave_place | subject),
           weights = varIdent(form = ~ 1 | wave_place),
           method = "REML",
           control = glsControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
