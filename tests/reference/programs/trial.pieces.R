library(lme4)
data <- read.csv("data.csv", check.names = FALSE)
data$arm <- factor(data$arm, levels = c("placebo", "drug"))
data$piece1 <- pmin(data$week, 4) - 0
data$piece2 <- pmax(data$week, 4) - 4
fit <- lmer(depression ~ 1 + arm + piece1 + piece1:arm + piece2 + piece2:arm + (1 | patient) + (0 + piece1 | patient), data, REML = TRUE)
summary(fit)
-2 * as.numeric(logLik(fit))
