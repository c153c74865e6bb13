# What the answers of a fit are compared with: intervals of variance components, contrasts, persons, predictions.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

# -2 log likelihood in (SD, SD, correlation, sigma), dense; its Hessian at R's own optimum (from the stored records).
wald <- function(record, data, fixed, random, id) {
  REML <- record$method == "REML"
  y <- model.response(model.frame(as.formula(fixed), data))
  X <- model.matrix(as.formula(fixed), data); Z <- model.matrix(as.formula(random), data)
  as_G <- function(p) diag(p[1:2]) %*% matrix(c(1, p[3], p[3], 1), 2) %*% diag(p[1:2])
  criterion <- function(p) dense_m2ll(y, X, Z, data[[id]], as_G(p), p[4]^2, REML)
  at <- c(record$random$sd, record$random$corr[1, 2], record$sigma)
  covariance <- 2 * solve(numDeriv::hessian(criterion, at))
  se <- sqrt(diag(covariance))
  z <- qnorm(.975)
  low <- c(exp(log(at[-3]) - z * se[-3] / at[-3]), tanh(atanh(at[3]) - z * se[3] / (1 - at[3]^2)))[c(1, 2, 4, 3)]
  high <- c(exp(log(at[-3]) + z * se[-3] / at[-3]), tanh(atanh(at[3]) + z * se[3] / (1 - at[3]^2)))[c(1, 2, 4, 3)]
  # standard errors of variances and covariance by the chain rule
  jacobian <- numDeriv::jacobian(function(p) c(p[1]^2, p[2]^2, p[1] * p[2] * p[3], p[4]^2), at)
  moments <- sqrt(diag(jacobian %*% covariance %*% t(jacobian)))
  # correlation of rate and status, and share between persons, at given times
  times <- sort(unique(data[[all.vars(as.formula(random))]]))
  derived <- function(t) {
    z <- c(1, t)
    correlation <- function(p) { G <- as_G(p); (G %*% z)[2] / sqrt(G[2, 2] * c(z %*% G %*% z)) }
    icc <- function(p) { v <- c(z %*% as_G(p) %*% z); v / (v + p[4]^2) }
    both <- function(p) c(correlation(p), icc(p))
    J <- numDeriv::jacobian(both, at)
    list(time = t, value = both(at), se = sqrt(diag(J %*% covariance %*% t(J))))
  }
  least <- function(p) -p[3] * p[1] / p[2]
  J <- numDeriv::jacobian(least, at)
  list(names = c("sd:intercept", "sd:slope", "cor:intercept,slope", "sd:residual"), estimate = at, se = se,
       low = low, high = high, moment_se = moments, derived = lapply(times, derived),
       least = list(value = least(at), se = c(sqrt(J %*% covariance %*% t(J)))))
}

# nlme's approximate intervals: its own parameters (log SD, logit of (1 + r) / 2) and numerical Hessian.
nlme_intervals <- function(method) {
  data <- read_panel("sleepstudy.csv")
  fit <- nlme::lme(reaction ~ day, data, random = ~ day | subject, method = method,
                   control = nlme::lmeControl(tolerance = 1e-12, msTol = 1e-14, natural = TRUE))
  found <- nlme::intervals(fit, which = "var-cov")
  list(subject = as.matrix(found$reStruct$subject), sigma = as.numeric(found$sigma))
}

tight <- function(formula, data, REML) {
  assign("data_of_fit", data, envir = globalenv()); assign("reml_of_fit", REML, envir = globalenv())
  assign("formula_of_fit", formula, envir = globalenv())
  control <- quiet_control("nloptwrap", list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, xtol_rel = 1e-12,
                                             ftol_abs = 1e-14, ftol_rel = 1e-16, maxeval = 1e5))
  lmerTest::lmer(formula_of_fit, data_of_fit, REML = reml_of_fit, control = control)
}

contrasts_of <- function(fit, rows) lapply(rows, function(l) {
  found <- lmerTest::contest1D(fit, l, confint = TRUE, level = .9)
  list(l = I(l), estimate = found$Estimate, se = found$`Std. Error`, df = found$df, t = found$`t value`,
       p = found$`Pr(>|t|)`, low90 = found$lower, high90 = found$upper)
})

people_of <- function(fit) {
  effects <- lme4::ranef(fit, condVar = FALSE)[[1]]
  list(id = rownames(effects), value = unname(as.matrix(effects)))
}

arms <- read_panel("panel_arms.csv")
arms$arm <- factor(arms$arm)
arms_fit <- tight(y ~ time * arm + age + (time | id), arms, TRUE)
# columns: intercept, time, treated, age, time:treated
rows <- list(c(1, 0, 0, 45, 0), c(0, 1, 0, 0, 1), c(1, 5, 1, 45, 5), c(0, 0, 1, 0, 5), c(0, 0, 0, 1, 0))
newdata <- data.frame(id = c("P001", "P050", "P120", "P007"), time = c(0, 2.5, 5, 7),
                      arm = c("control", "treated", "treated", "control"), age = c(30, 40.5, 51, 60))

far <- expand.grid(df = c(1.5, 17, 161, 1e6, Inf), t = c(2, 12, 30, 37))
far$p <- 2 * pt(-far$t, far$df)

sleep <- read_panel("sleepstudy.csv")
ratio <- function(REML) {
  large <- tight(reaction ~ day + (day | subject), sleep, REML)
  small <- tight(reaction ~ day + (1 | subject), sleep, REML)
  as.numeric(2 * (logLik(large) - logLik(small)))
}
ml <- tight(reaction ~ day + (day | subject), sleep, FALSE)
reml <- tight(reaction ~ day + (day | subject), sleep, TRUE)
lines <- nlme::lmList(reaction ~ day | subject, sleep)

records <- jsonlite::read_json(file.path(here, "sleepstudy.json"), simplifyVector = TRUE)
unbalanced <- jsonlite::read_json(file.path(here, "sleepstudy_unbalanced.json"), simplifyVector = TRUE)
panels <- jsonlite::read_json(file.path(here, "panels.json"), simplifyVector = TRUE)
sleep_wald <- function(record, file) wald(record, read_panel(file), "reaction ~ day", "~ day", "subject")
write_reference(list(
  wald = list(sleepstudy_reml = sleep_wald(records$day_origin0_reml, "sleepstudy.csv"),
              sleepstudy_ml = sleep_wald(records$day_origin0_ml, "sleepstudy.csv"),
              unbalanced_reml = sleep_wald(unbalanced$day_reml, "sleepstudy_unbalanced.csv"),
              arms_reml = wald(panels$arms_reml, arms, "y ~ time * arm + age", "~ time", "id")),
  nlme = list(reml = nlme_intervals("REML"), ml = nlme_intervals("ML")),
  contrasts = contrasts_of(arms_fit, rows),
  arms_ranef = people_of(arms_fit),
  predictions = list(newdata = newdata, average = I(unname(predict(arms_fit, newdata, re.form = NA))),
                     known = I(unname(predict(arms_fit, newdata)))),
  fitted = I(unname(fitted(arms_fit))),
  far_tails = far,
  ratio = list(reml = ratio(TRUE), ml = ratio(FALSE)),
  criteria = list(reml = list(aic = AIC(reml), bic = BIC(reml), k = attr(logLik(reml), "df")),
                  ml = list(aic = AIC(ml), bic = BIC(ml), k = attr(logLik(ml), "df"))),
  lines = list(id = names(lines), value = unname(as.matrix(coef(lines))))
), "answers.json")
