# One GrowthModel after another (tests/results/test_model_door.py) in lme4's and nlme's words, on joint_panel.csv, REML and
# ML: shapes, predictors, covariates, what varies, residual structures. The columns are written out as the textbook has them.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lme4); library(nlme)})

panel <- read_panel("joint_panel.csv")
panel <- within(panel, {
  id <- factor(id); arm <- factor(arm, c("placebo", "high", "low")); sex <- factor(sex); t <- week; wave <- factor(week)
  position <- week + 1
  between <- ave(stress, id); inside <- stress - between
  persons_age <- tapply(age, id, `[`, 1); centred <- age - mean(persons_age); rm(persons_age)
  before <- pmin(t, 2); after <- pmax(t - 2, 0); jump <- as.numeric(t >= 2); log_t <- log((t + 2) / 2)
  f <- as.numeric(sex == "f"); m <- as.numeric(sex == "m")
})
basis <- splines::ns(panel$t, knots = quantile(0:5, c(1, 2) / 3), Boundary.knots = c(0, 5))
for (j in 1:3) panel[[paste0("s", j)]] <- basis[, j]

strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5), calc.derivs = FALSE,
                      check.conv.singular = "ignore", check.scaleX = "ignore")
record <- function(engine, method, deviance, fixed, covariance, variances) {
  list(engine = engine, method = method, deviance = as.numeric(deviance), terms = I(names(fixed)), fixed = I(unname(fixed)),
       se = I(unname(sqrt(diag(as.matrix(covariance))))), variances = I(unname(variances)))
}

# SDs, then correlations, of each block; the residual's SD last.
by_lme4 <- function(formula) lapply(c("REML", "ML"), function(method) {
  fit <- lmer(formula, panel, REML = method == "REML", control = strict)
  blocks <- VarCorr(fit)
  correlations <- lapply(blocks, function(block) { R <- attr(block, "correlation"); R[lower.tri(R)] })
  record("lme4", method, -2 * as.numeric(logLik(fit)), fixef(fit), vcov(fit),
         c(unlist(lapply(blocks, function(block) attr(block, "stddev"))), unlist(correlations), sigma(fit)))
})

residual_of <- function(fit) {
  structure <- fit$modelStruct
  natural <- function(part) if (is.null(part)) NULL else unname(coef(part, unconstrained = FALSE))
  ratios <- if (is.null(structure$varStruct)) c(all = 1) else coef(structure$varStruct, unconstrained = FALSE, allCoef = TRUE)
  c(fit$sigma * unname(ratios[order(match(names(ratios), c(levels(panel$arm), levels(panel$wave))))]), natural(structure$corStruct))
}
# The better of two optimisers: one alone stops some 1e-6 above the optimum.
by_lme <- function(fixed, random, ...) lapply(c("REML", "ML"), function(method) {
  fits <- lapply(c("nlminb", "optim"), function(optimiser) {
    control <- lmeControl(opt = optimiser, maxIter = 500, msMaxIter = 5000, reltol = 1e-15, tolerance = 1e-12,
                          msTol = 1e-15, niterEM = 50, returnObject = TRUE)
    do.call(lme, list(fixed, panel, random, method = method, control = control, ...))
  })
  fit <- fits[[which.max(vapply(fits, logLik, 0))]]
  G <- getVarCov(fit); sds <- sqrt(diag(G)); R <- G / outer(sds, sds)
  record("nlme", method, -2 * logLik(fit), fixef(fit), vcov(fit), c(sds, R[lower.tri(R)], residual_of(fit)))
})
by_gls <- function(fixed, ...) lapply(c("REML", "ML"), function(method) {
  control <- glsControl(opt = "nlminb", maxIter = 500, msMaxIter = 5000, tolerance = 1e-12, msTol = 1e-15)
  fit <- do.call(gls, list(fixed, panel, method = method, control = control, ...))
  errors <- if (method == "ML") 1 - length(coef(fit)) / nrow(panel) else 1   # gls inflates those of ML by n / (n - p)
  record("nlme", method, -2 * logLik(fit), coef(fit), vcov(fit) * errors, residual_of(fit))
})
# Toeplitz: no program of R has it with one SD; the dense likelihood, from where AR(1) would be.
toeplitz_residuals <- function(formula) lapply(c("REML", "ML"), function(method) {
  X <- model.matrix(formula, panel); rows <- split(seq_len(nrow(panel)), panel$id)
  at <- function(par) {
    R <- toeplitz(c(1, par[-1])) * exp(2 * par[1])
    A <- matrix(0, ncol(X), ncol(X)); b <- numeric(ncol(X)); yy <- 0; log_det <- 0
    for (i in rows) {
      U <- tryCatch(chol(R[panel$position[i], panel$position[i]]), error = function(e) NULL)
      if (is.null(U)) return(list(value = 1e10))
      W <- backsolve(U, X[i, , drop = FALSE], transpose = TRUE); w <- backsolve(U, panel$y[i], transpose = TRUE)
      A <- A + crossprod(W); b <- b + crossprod(W, w); yy <- yy + sum(w^2); log_det <- log_det + 2 * sum(log(diag(U)))
    }
    beta <- solve(A, b); p <- if (method == "REML") ncol(X) else 0
    if (p) log_det <- log_det + as.numeric(determinant(A)$modulus)
    list(value = (nrow(X) - p) * log(2 * pi) + log_det + yy - sum(beta * b), beta = setNames(as.vector(beta), colnames(X)),
         vcov = solve(A))
  }
  value <- function(par) at(par)$value
  par <- optim(c(1, .8, .8, .7, .7, .5), value, function(par) numDeriv::grad(value, par), method = "BFGS",
               control = list(reltol = 1e-15, maxit = 1000))$par
  par <- polish(value, par)
  best <- at(par)
  record("dense", method, best$value, best$beta, best$vcov, c(exp(par[1]), par[-1]))
})
one <- ~ 1 | id
by_wave <- varIdent(form = ~ 1 | wave)

write_reference(list(
  "linear, numeric and factor" = by_lme4(y ~ age + arm + t + arm:t + (t | id)),
  "linear, products" = by_lme4(y ~ arm * sex + centred + t + sex:t + centred:t + (t | id)),
  "origin" = by_lme4(y ~ arm * I(t - 3) + (I(t - 3) | id)),
  "within and between" = by_lme4(y ~ sex * t + inside + between + (t | id)),
  "covariate varies" = by_lme4(y ~ t + stress + (stress | id)),
  "quadratic" = by_lme4(y ~ sex * (t + I(t^2)) + (t | id)),
  "cubic" = by_lme4(y ~ arm + t + I(t^2) + I(t^3) + (1 | id)),
  "piecewise" = by_lme4(y ~ before + arm * after + (after | id)),
  "jump" = by_lme4(y ~ before + after + jump + (1 | id)),
  "spline" = by_lme4(y ~ sex + s1 + s2 + s3 + (t | id)),
  "logarithmic" = by_lme4(y ~ arm * log_t + (log_t | id)),
  "occasions" = by_lme4(y ~ 0 + wave + wave:sex + (1 | id)),
  "uncorrelated" = by_lme4(y ~ age * t + (1 | id) + (0 + t | id)),
  "by group" = by_lme4(y ~ sex * t + (0 + f + f:t | id) + (0 + m + m:t | id)),
  "ar1" = by_lme(y ~ arm * t, one, correlation = corAR1(.4, form = ~ position | id)),
  "car1" = by_lme(y ~ t + I(t^2), one, correlation = corCAR1(.6, form = ~ t | id)),
  "un" = by_gls(y ~ 0 + wave + wave:arm, correlation = corSymm(form = ~ position | id), weights = by_wave),
  "csh" = by_gls(y ~ sex * t, correlation = corCompSymm(.7, form = one), weights = by_wave),
  "toep" = toeplitz_residuals(y ~ sex * t),
  "unequal by occasion" = by_lme(y ~ t, ~ t | id, weights = by_wave),
  "unequal by arm" = by_lme(y ~ arm * t, ~ t | id, weights = varIdent(form = ~ 1 | arm))
), "model_door.json")
