# Means, slopes and differences of outcomes that are not normal on both scales: glmmTMB (Laplace) and emmeans.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(glmmTMB); library(emmeans)})

draw_panel <- function() {
  set.seed(20260101)
  persons <- 80; times <- 0:4
  arm <- rep(c("drug", "placebo"), persons / 2); age <- round(rnorm(persons), 3)
  u <- matrix(rnorm(2 * persons), persons) %*% chol(matrix(c(1, .05, .05, .08), 2))
  rows <- expand.grid(time = times, id = seq_len(persons))
  eta <- with(rows, -.5 + .3 * time + .2 * time * (arm[id] == "drug") + .3 * age[id] + u[id, 1] + u[id, 2] * time)
  n <- nrow(rows); trials <- sample(1:7, n, TRUE); exposure <- round(exp(.3 * rnorm(n)), 3)
  write_panel(data.frame(id = rows$id, time = rows$time, arm = arm[rows$id], age = age[rows$id], trials = trials,
                         exposure = exposure, yes = rbinom(n, 1, plogis(eta)),
                         successes = rbinom(n, trials, plogis(eta)),
                         counts = rpois(n, exposure * exp(.6 * eta))), "panel_outcomes.csv")
}

draw_panel()
data <- read.csv(file.path(here, "panel_outcomes.csv"))
data$arm <- factor(data$arm, levels = c("placebo", "drug"))
data$failures <- data$trials - data$successes
control <- glmmTMBControl(optimizer = optim, optArgs = list(method = "BFGS"), optCtrl = list(reltol = 1e-14, maxit = 1000))
persons_mean <- mean(tapply(data$age, data$id, `[`, 1))

# Newton's steps by the Hessian of glmmTMB's own objective, until its gradient is rounding.
polished <- function(fit) {
  found <- fit$fit$par
  for (step in 1:6) found <- found - solve(optimHess(found, fit$obj$fn, fit$obj$gr), as.vector(fit$obj$gr(found)))
  list(beta = unname(found[names(fit$fit$par) == "beta"]), theta = unname(found[names(fit$fit$par) == "theta"]))
}

answers <- function(formula, family) {
  found <- polished(glmmTMB(formula, data, family = family, control = control))
  fit <- glmmTMB(formula, data, family = family, control = control, start = found)
  values <- list(time = c(0, 4), age = persons_mean)
  cells <- function(type, exposure = 1) {
    if ("exposure" %in% all.vars(formula)) values$exposure <- exposure
    emmeans(fit, ~ arm | time, at = values, type = type)
  }
  take <- function(made) as.list(as.data.frame(summary(made, infer = c(TRUE, TRUE))))
  slopes <- emtrends(fit, ~ arm, var = "time", at = values)
  list(deviance = -2 * as.numeric(logLik(fit)), beta = unname(fixef(fit)$cond),
       se = unname(sqrt(diag(vcov(fit)$cond))),
       link = take(cells("link")), response = take(cells("response")),
       difference = take(pairs(cells("link"), reverse = TRUE)),
       ratio = take(pairs(cells("response"), reverse = TRUE)),
       of_probabilities = take(pairs(regrid(cells("response")), reverse = TRUE)),
       slopes = take(slopes), slope_difference = take(pairs(slopes, reverse = TRUE)))
}

write_reference(list(
  yes = answers(yes ~ time * arm + age + (1 | id), binomial()),
  probit = answers(yes ~ time * arm + age + (1 | id), binomial("probit")),
  cloglog = answers(yes ~ time * arm + age + (1 | id), binomial("cloglog")),
  slope = answers(cbind(successes, failures) ~ time * arm + age + (time | id), binomial()),
  counts = answers(counts ~ time * arm + age + offset(log(exposure)) + (1 | id), poisson())
), "family_answers.json")
