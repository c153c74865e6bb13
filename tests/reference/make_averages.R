# Means and slopes averaged over rows as emmeans does, with equal and proportional weights, with products and functions
# of covariates and dropout; and everybody as observed but for the arm (model.matrix of changed rows: no package).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(emmeans)})

three <- read_panel("panel_three_arms.csv")
three$arm <- factor(three$arm, c("placebo", "low", "high")); three$sex <- factor(three$sex)
three$score <- (as.integer(substr(three$id, 2, 4)) * 7) %% 11
three$old <- factor(three$age > 52)

formulas <- list(
  products = y ~ time * arm + arm * sex + age * score + time:age + (time | id),
  functions = y ~ time * arm + log(age) + I((age - 50)^2) + sqrt(score):time + sex * arm + (time | id),
  made = y ~ time * arm + old * arm + time:old + sex + score + (time | id))

tight <- function(formula) {
  assign("formula_of_fit", formula, envir = globalenv())
  lmerTest::lmer(formula_of_fit, three, REML = TRUE,
                 control = quiet_control("nloptwrap", list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12,
                                                           xtol_rel = 1e-12, ftol_abs = 1e-14, ftol_rel = 1e-16,
                                                           maxeval = 1e5)))
}

tidy <- function(found) {
  frame <- as.data.frame(found)
  estimate <- intersect(c("emmean", "time.trend"), names(frame))
  list(arm = as.character(frame$arm), estimate = frame[[estimate]], se = frame$SE, df = frame$df)
}

# Everybody of each arm in turn at a time; a row counts what `weights` says.
as_observed <- function(fit, weights) {
  fixed <- lme4::nobars(formula(fit))[-2]
  rows <- do.call(rbind, lapply(c(0, 3), function(when) do.call(rbind, lapply(levels(three$arm), function(given) {
    changed <- transform(three, time = when, arm = factor(given, levels(three$arm)))
    colSums(model.matrix(fixed, changed) * weights) / sum(weights)
  }))))
  list(estimate = as.numeric(rows %*% fixef(fit)), se = sqrt(diag(rows %*% as.matrix(vcov(fit)) %*% t(rows))))
}

emm_options(lmer.df = "satterthwaite")
record <- lapply(formulas, function(formula) {
  fit <- tight(formula)
  means <- function(weights) tidy(emmeans(fit, ~ arm | time, at = list(time = c(0, 3)), weights = weights))
  slopes <- function(weights) tidy(emtrends(fit, ~ arm, var = "time", weights = weights, delta.var = 1))
  list(equal = means("equal"), proportional = means("proportional"),
       slopes_equal = slopes("equal"), slopes_proportional = slopes("proportional"),
       rows = as_observed(fit, rep(1, nrow(three))), persons = as_observed(fit, 1 / as.numeric(table(three$id)[three$id])))
})
write_reference(record, "averages.json")
