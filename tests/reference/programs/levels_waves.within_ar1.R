library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$wave_place <- match(data$wave, sort(unique(data$wave)))
fit <- lme(y ~ 1 + private + grade + grade:private,
           data = data,
           random = list(school = pdSymm(~ 1 + grade), class = pdSymm(~ 1), pupil = pdSymm(~ 1)),
           correlation = corAR1(form = ~ wave_place | school/class/pupil),
           method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
