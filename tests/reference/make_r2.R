# Explained variance: Nakagawa's by performance, and lme4's variance components of the models that others compare.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lme4); library(performance)})

tight <- function(formula, data) {
  lmer(formula, data, REML = TRUE,
       control = quiet_control("nloptwrap", list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, xtol_rel = 1e-12,
                                                 ftol_abs = 1e-14, ftol_rel = 1e-16, maxeval = 1e5)))
}

components <- function(fit) list(G = as.matrix(VarCorr(fit)[[1]])[, , drop = FALSE], sigma2 = sigma(fit)^2)

record <- function(file, outcome, fixed, time, id) {
  data <- read_panel(file)
  formula <- function(fixed, random) as.formula(paste(outcome, "~", fixed, "+ (", random, "|", id, ")"), environment())
  full <- tight(formula(fixed, time), data)
  found <- r2_nakagawa(full)
  growth <- components(tight(formula(time, time), data))
  means <- components(tight(formula("1", "1"), data))
  level <- components(tight(formula(fixed, "1"), data))
  own <- components(full)
  size <- table(data[[id]])
  spread <- function(model, count) unname(model$G[1, 1] + model$sigma2 / count)
  harmonic <- 1 / mean(1 / size)
  X <- model.matrix(full)
  list(file = file, formula = paste0(outcome, " ~ ", fixed, " + (", time, " | ", id, ")"),
       marginal = unname(found$R2_marginal), conditional = unname(found$R2_conditional),
       correlation = cor(data[[outcome]], as.vector(X %*% fixef(full)))^2,
       residual_by_time = (means$sigma2 - growth$sigma2) / means$sigma2,
       residual_by_predictors = (growth$sigma2 - own$sigma2) / growth$sigma2,
       intercept = (growth$G[1, 1] - own$G[1, 1]) / growth$G[1, 1],
       slope = (growth$G[2, 2] - own$G[2, 2]) / growth$G[2, 2],
       level1 = 1 - spread(level, 1) / spread(means, 1),
       level2 = 1 - spread(level, harmonic) / spread(means, harmonic))
}

write_reference(list(
  orthodont = record("orthodont.csv", "distance", "age * sex", "age", "subject"),
  two_arms = record("panel_arms.csv", "y", "time * arm + time * age", "time", "id"),
  three_arms = record("panel_three_arms.csv", "y", "time * arm * sex + time * age", "time", "id")
), "r2.json")
