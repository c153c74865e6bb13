library(lme4)
data <- read.csv("data.csv", check.names = FALSE)
data$arm <- factor(data$arm, levels = c("placebo", "drug"))
fit <- glmer(yes ~ 1 + arm + time + time:arm + (1 | id), data, family = binomial("logit"), nAGQ = 11)
summary(fit)
# with several points glmer leaves constants out of the log likelihood
-2 * as.numeric(logLik(fit))
