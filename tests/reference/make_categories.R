# Probabilities of ordered categories: emmeans of ordinal::clm, and GLM without random effects.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(ordinal); library(emmeans)})
data <- read.csv(file.path(here, "panel_outcomes.csv"))
data$arm <- factor(data$arm, levels = c("placebo", "drug"))
data$state <- cut(data$counts, c(-1, 0, 2, 999), labels = c("low", "middle", "high"), ordered_result = TRUE)
fit <- clm(state ~ time * arm, data = data, control = clm.control(gradTol = 1e-10))
found <- as.data.frame(emmeans(fit, ~ state | arm * time, at = list(time = c(0, 4)), mode = "prob"))
counts <- glm(counts ~ time * arm + offset(log(exposure)), poisson, data, control = glm.control(epsilon = 1e-14))
write_reference(list(
  log_likelihood = as.numeric(logLik(fit)), state = as.character(found$state), arm = as.character(found$arm),
  time = found$time, prob = found$prob, se = found$SE,
  poisson = list(log_likelihood = as.numeric(logLik(counts)), beta = unname(coef(counts)),
                 se = unname(sqrt(diag(vcov(counts)))))
), "categories.json")
