library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$wave_place <- match(data$day, sort(unique(data$day)))
fit <- lme(reaction ~ 1 + day,
           data = data,
           random = list(subject = pdSymm(~ 1)),
           correlation = corAR1(form = ~ wave_place | subject),
           method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
