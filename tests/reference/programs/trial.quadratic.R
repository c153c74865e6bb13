library(lme4)
data <- read.csv("data.csv", check.names = FALSE)
data$arm <- factor(data$arm, levels = c("placebo", "drug"))
data$time1 <- (data$week - 2)
data$time2 <- (data$week - 2)^2
fit <- lmer(depression ~ 1 + arm + time1 + time1:arm + time2 + time2:arm + (1 + time1 | patient), data, REML = TRUE)
summary(fit)
-2 * as.numeric(logLik(fit))
