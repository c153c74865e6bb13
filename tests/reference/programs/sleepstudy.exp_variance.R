library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
fit <- lme(reaction ~ 1 + day,
           data = data,
           random = list(subject = pdSymm(~ 1)),
           weights = varExp(form = ~ day),
           method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
