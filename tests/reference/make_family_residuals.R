# Pearson and deviance residuals of outcomes that are not normal, at the conditional modes, by glmmTMB and lme4.
suppressMessages({library(glmmTMB); library(lme4); library(MASS)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
d <- read.csv(file.path(here, "families.csv"))
control <- glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12, iter.max = 1000, eval.max = 1000))
by_glmmtmb <- function(formula, family) {
  fit <- glmmTMB(as.formula(formula), data = d, family = family, control = control)
  list(fitted = unname(fitted(fit)), pearson = unname(c(residuals(fit, type = "pearson"))), sigma = sigma(fit))
}
exact <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-13, optCtrl = list(rhoend = 1e-10))
by_glmer <- function(formula, family) {
  fit <- glmer(as.formula(formula), d, family, control = exact)
  list(fitted = unname(fitted(fit)), pearson = unname(residuals(fit, "pearson")),
       deviance = unname(residuals(fit, "deviance")))
}
# MASS's deviance of a negative binomial at glmmTMB's means and size; that of gamma outcomes by stats::Gamma, over the
# dispersion (a scaled deviance).
signed <- function(y, mu, unit) sign(y - mu) * sqrt(pmax(unit, 0))
cases <- list(
  "yes logit 1" = by_glmer("yes ~ t + x + (1 | id)", binomial()),
  "successes logit t" = by_glmer("cbind(successes, trials - successes) ~ t + x + (t | id)", binomial()),
  "count poisson t" = by_glmer("count ~ t + x + (t | id) + offset(log(over))", poisson()),
  "count nbinom2 1" = by_glmmtmb("count ~ t + x + (1 | id) + offset(log(over))", nbinom2()),
  "count nbinom1 1" = by_glmmtmb("count ~ t + x + (1 | id) + offset(log(over))", nbinom1()),
  "amount gamma 1" = by_glmmtmb("amount ~ t + x + (1 | id)", Gamma("log"))
)
nb <- cases[["count nbinom2 1"]]
cases[["count nbinom2 1"]]$deviance <-
  signed(d$count, nb$fitted, negative.binomial(nb$sigma)$dev.resids(d$count, nb$fitted, 1))
gam <- cases[["amount gamma 1"]]
cases[["amount gamma 1"]]$deviance <- signed(d$amount, gam$fitted, Gamma()$dev.resids(d$amount, gam$fitted, 1)) / gam$sigma
jsonlite::write_json(cases, file.path(here, "family_residuals.json"), digits = 10, auto_unbox = TRUE)
