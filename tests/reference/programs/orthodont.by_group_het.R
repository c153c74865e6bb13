library(nlme)
data <- read.csv("data.csv", check.names = FALSE)
data$sex <- factor(data$sex, levels = c("Male", "Female"))
data$time1 <- (data$age - 8)
data$group1 <- as.numeric(data$sex == "Male")
data$group2 <- as.numeric(data$sex == "Female")
data$wave_place <- match(data$age, sort(unique(data$age)))
fit <- lme(distance ~ 1 + time1,
           data = data,
           random = list(subject = pdBlocked(list(pdSymm(~ 0 + group1), pdSymm(~ 0 + group2)))),
           weights = varIdent(form = ~ 1 | wave_place),
           method = "REML",
           control = lmeControl(maxIter = 500, msMaxIter = 2000, tolerance = 1e-10))
summary(fit)
-2 * as.numeric(logLik(fit))
