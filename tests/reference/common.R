# Shared by every script of this folder: the fit by several optimisers on standardised data, the polish,
# the exact way back to the coding of the CSV, and the textbook likelihood that confirms it.

here <- local({
  arguments <- commandArgs(trailingOnly = FALSE)
  file <- sub("^--file=", "", arguments[grepl("^--file=", arguments)])
  if (length(file) == 1) dirname(normalizePath(file)) else getwd()
})

read_panel <- function(name) read.csv(file.path(here, name), stringsAsFactors = FALSE)

write_panel <- function(frame, name) {
  for (column in names(frame)) if (is.double(frame[[column]])) frame[[column]] <- format_exact(frame[[column]])
  write.csv(frame, file.path(here, name), row.names = FALSE, quote = FALSE)
}

# The shortest of 15 to 17 significant digits that reads back as the same double.
format_exact <- function(x) {
  out <- formatC(x, digits = 15, format = "g", width = 1)
  for (digits in 16:17) {
    wrong <- as.numeric(out) != x
    out[wrong] <- formatC(x[wrong], digits = digits, format = "g", width = 1)
  }
  out
}

write_reference <- function(object, name) {
  jsonlite::write_json(object, file.path(here, name), digits = NA, auto_unbox = TRUE, pretty = TRUE, null = "null",
                       na = "null")
  message("wrote ", name)
}

by_case <- function(cases) setNames(cases, vapply(cases, function(case) case$case, ""))

# ---------------------------------------------------------------- the textbook likelihood

# -2 log (restricted) likelihood with V_i = Z_i G Z_i' + sigma2 I, everything dense; beta is profiled out.
dense_m2ll <- function(y, X, Z, id, G, sigma2, REML) {
  n <- length(y); p <- ncol(X)
  information <- matrix(0, p, p); score <- numeric(p); yy <- 0; logdet <- 0
  for (rows in split(seq_len(n), id)) {
    Zi <- Z[rows, , drop = FALSE]; Xi <- X[rows, , drop = FALSE]; yi <- y[rows]
    U <- chol(Zi %*% G %*% t(Zi) + diag(sigma2, length(rows)))
    WX <- backsolve(U, Xi, transpose = TRUE); wy <- backsolve(U, yi, transpose = TRUE)
    information <- information + crossprod(WX); score <- score + crossprod(WX, wy)
    yy <- yy + sum(wy^2); logdet <- logdet + 2 * sum(log(diag(U)))
  }
  beta <- solve(information, score)
  quadratic <- yy - sum(beta * score)
  if (REML) logdet <- logdet + as.numeric(determinant(information)$modulus)
  (if (REML) n - p else n) * log(2 * pi) + logdet + quadratic
}

# ---------------------------------------------------------------- standardised coordinates

# X_s = X B orthonormal times sqrt(n); Z_s = Z C likewise when G is unstructured (then any C is allowed), only
# scaled when G is diagonal. y_s = (y - X b0) / s with b0 the least-squares coefficients and s their residual SD.
standardise <- function(y, X, Z, diagonal) {
  n <- length(y)
  root <- function(A) solve(qr.R(qr(A, tol = 0))) * sqrt(n)
  B <- root(X)
  C <- if (diagonal) diag(1 / sqrt(colMeans(Z^2)), ncol(Z)) else root(Z)
  b0 <- qr.coef(qr(X), y)
  s <- sqrt(mean((y - X %*% b0)^2))
  list(B = B, C = C, b0 = b0, s = s, y = as.vector(y - X %*% b0) / s, X = X %*% B, Z = Z %*% C)
}

standardised_frame <- function(std, id) {
  frame <- data.frame(y = std$y, id = factor(id))
  for (j in seq_len(ncol(std$X))) frame[[paste0("X", j)]] <- std$X[, j]
  for (j in seq_len(ncol(std$Z))) frame[[paste0("Z", j)]] <- std$Z[, j]
  frame
}

standardised_formula <- function(p, q, diagonal) {
  z <- paste0("Z", seq_len(q))
  random <- if (diagonal) paste0("(0 + ", z, " | id)", collapse = " + ")
            else paste0("(0 + ", paste(z, collapse = " + "), " | id)")
  as.formula(paste("y ~ 0 +", paste0("X", seq_len(p), collapse = " + "), "+", random), env = globalenv())
}

# What the -2 log likelihood of the standardised fit lacks to be that of the data as coded.
criterion_shift <- function(std, REML) {
  n <- length(std$y); p <- ncol(std$X)
  if (!REML) return(2 * n * log(std$s))
  2 * (n - p) * log(std$s) - 2 * as.numeric(determinant(std$B)$modulus)
}

# ---------------------------------------------------------------- optimisers

quiet_control <- function(optimizer, optCtrl = list()) {
  lme4::lmerControl(optimizer = optimizer, optCtrl = optCtrl, calc.derivs = FALSE, check.conv.singular = "ignore",
                    check.conv.grad = "ignore", check.conv.hess = "ignore", check.nobs.vs.nRE = "ignore",
                    check.nobs.vs.nlev = "ignore", check.scaleX = "ignore", boundary.tol = 0)
}

tight_controls <- function() {
  tight <- list(xtol_abs = 1e-12, xtol_rel = 1e-12, ftol_abs = 1e-13, ftol_rel = 1e-15, maxeval = 1e5)
  list("nloptwrap BOBYQA" = quiet_control("nloptwrap", c(algorithm = "NLOPT_LN_BOBYQA", tight)),
       "nloptwrap Nelder-Mead" = quiet_control("nloptwrap", c(algorithm = "NLOPT_LN_NELDERMEAD", tight)),
       "minqa bobyqa" = quiet_control("bobyqa", list(rhoend = 1e-9, maxfun = 1e5)),
       "Nelder_Mead" = quiet_control("Nelder_Mead", list(maxfun = 1e5, FtolAbs = 1e-13, FtolRel = 1e-15,
                                                         XtolRel = 1e-12)),
       "nlminbwrap" = quiet_control("nlminbwrap", list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 1e4, iter.max = 1e4)),
       "optimx L-BFGS-B" = quiet_control("optimx", list(method = "L-BFGS-B", kkt = FALSE, factr = 10, maxit = 1e4)))
}

quietly <- function(expr) suppressWarnings(suppressMessages(tryCatch(expr, error = function(e) e)))

nlme_fit <- function(fixed, random, diagonal, frame, REML, tight) {
  structure <- if (diagonal) nlme::pdDiag(random) else nlme::pdSymm(random)
  control <- nlme::lmeControl(opt = "nlminb", returnObject = TRUE)
  if (tight) control <- nlme::lmeControl(opt = "nlminb", maxIter = 500, msMaxIter = 500, niterEM = 100,
                                         tolerance = 1e-12, msTol = 1e-14, returnObject = TRUE)
  fixed <- eval(fixed)
  quietly(do.call(nlme::lme, list(fixed = fixed, data = frame, random = list(id = structure),
                                  method = if (REML) "REML" else "ML", control = control)))
}

# A few Newton steps on lme4's own profiled deviance. Flat directions are left out; a step that does not
# help is not taken; an entry of theta that is zero to 1e-6 is made exactly zero when that costs nothing.
polish <- function(deviance_of, theta) {
  best <- deviance_of(theta)
  for (step in 1:6) {
    gradient <- numDeriv::grad(deviance_of, theta)
    curvature <- eigen(numDeriv::hessian(deviance_of, theta), symmetric = TRUE)
    kept <- curvature$values > 1e-7 * max(abs(curvature$values))
    E <- curvature$vectors[, kept, drop = FALSE]
    candidate <- theta - as.vector(E %*% (crossprod(E, gradient) / curvature$values[kept]))
    value <- deviance_of(candidate)
    if (!is.finite(value) || value > best + 1e-11) break
    theta <- candidate; best <- min(best, value)
  }
  for (k in which(abs(theta) < 1e-6 & theta != 0)) {
    candidate <- replace(theta, k, 0)
    if (deviance_of(candidate) <= best + 1e-10) theta <- candidate
  }
  theta
}

# Every optimiser from lme4's start, and from the best one the polished optimum.
search_optimum <- function(formula, frame, REML) {
  assign("frame_of_fit", frame, envir = globalenv())
  fits <- lapply(tight_controls(), function(control)
    quietly(lme4::lmer(formula, frame_of_fit, REML = REML, control = control)))
  fits <- Filter(function(fit) inherits(fit, "merMod"), fits)
  deviance_of <- lme4::lmer(formula, frame_of_fit, REML = REML, devFunOnly = TRUE,
                            control = quiet_control("nloptwrap"))
  values <- vapply(fits, function(fit) deviance_of(lme4::getME(fit, "theta")), 0)
  theta <- polish(deviance_of, lme4::getME(fits[[which.min(values)]], "theta"))
  list(theta = theta, deviance = deviance_of(theta), values = values)
}

# The merMod at exactly the theta given: an "optimiser" that returns its start.
fit_at <- function(formula, theta, REML) {
  stay <- function(fn, par, lower, upper, control) {
    list(par = par, fval = fn(par), feval = 1, conv = 0, message = "as given")
  }
  assign("stay_at_start", stay, envir = globalenv())
  assign("theta_of_fit", theta, envir = globalenv())
  assign("reml_of_fit", REML, envir = globalenv())
  assign("formula_of_fit", formula, envir = globalenv())
  lmerTest::lmer(formula_of_fit, frame_of_fit, REML = reml_of_fit, start = list(theta = theta_of_fit),
                 control = lme4::lmerControl(optimizer = stay_at_start, calc.derivs = FALSE, boundary.tol = 0,
                                             check.conv.singular = "ignore", check.nobs.vs.nRE = "ignore",
                                             check.nobs.vs.nlev = "ignore", check.conv.grad = "ignore",
                                             check.conv.hess = "ignore", check.scaleX = "ignore"))
}

# ---------------------------------------------------------------- Satterthwaite once more, in the entries of G

# Another route to lmerTest's degrees of freedom (which come from numerical derivatives in theta and sigma): V is
# linear in (G, sigma2), so that with P = V^-1 - V^-1 X C X' V^-1 and A_k = dV / d par_k the observed information of
# -2 log likelihood is 2 y'P A_k P A_l P y - tr(W A_k W A_l), W = P (REML) or V^-1 (ML). Dense n by n matrices.
satterthwaite_dense <- function(y, X, Z, id, G, sigma2, REML, diagonal) {
  q <- ncol(Z)
  same <- outer(id, id, "==")
  place <- if (diagonal) cbind(seq_len(q), seq_len(q)) else which(lower.tri(G, diag = TRUE), arr.ind = TRUE)
  A <- lapply(seq_len(nrow(place)), function(k) {
    product <- tcrossprod(Z[, place[k, 1]], Z[, place[k, 2]])
    same * (if (place[k, 1] == place[k, 2]) product else product + t(product))
  })
  A <- c(A, list(diag(length(y))))
  V <- same * (Z %*% G %*% t(Z)) + diag(sigma2, length(y))
  Vi <- chol2inv(chol(V))
  C <- solve(crossprod(X, Vi %*% X))
  P <- Vi - Vi %*% X %*% C %*% crossprod(X, Vi)
  W <- if (REML) P else Vi
  WA <- lapply(A, function(a) W %*% a)
  APy <- lapply(A, function(a) a %*% (P %*% y))
  entry <- function(k, l) 2 * sum(APy[[k]] * (P %*% APy[[l]])) - sum(WA[[k]] * t(WA[[l]]))
  information <- outer(seq_along(A), seq_along(A), Vectorize(entry))
  jacobian <- sapply(A, function(a) diag(C %*% crossprod(X, Vi %*% a %*% Vi %*% X) %*% C))
  2 * diag(C)^2 / rowSums((jacobian %*% (2 * solve(information))) * jacobian)
}

# ---------------------------------------------------------------- one reference record

as_coded_excess <- function(spec, data, y, REML, truth) {
  lme4_formula <- as.formula(paste(spec$fixed, "+ (", spec$random, if (spec$diagonal) "||" else "|", spec$id, ")"))
  fit <- quietly(lme4::lmer(lme4_formula, data, REML = REML))
  frame <- data; frame$id <- factor(data[[spec$id]])
  other <- nlme_fit(as.formula(spec$fixed), as.formula(paste("~", spec$random)), spec$diagonal, frame, REML, FALSE)
  excess <- function(fit) if (inherits(fit, "error")) conditionMessage(fit) else as.numeric(-2 * logLik(fit)) - truth
  list("lme4, defaults, as coded" = excess(fit), "nlme, defaults, as coded" = excess(other))
}

kenward_roger <- function(fit, std) {
  adjusted <- as.matrix(pbkrtest::vcovAdj(fit))
  back <- std$B %*% adjusted %*% t(std$B) * std$s^2
  df <- apply(std$B, 1, function(l) pbkrtest::Lb_ddf(l, stats::vcov(fit), pbkrtest::vcovAdj(fit)))
  list(se = I(sqrt(diag(back))), df = I(df), vcov = back)
}

effects_of_people <- function(fit, std, names) {
  effects <- lme4::ranef(fit, condVar = TRUE)[[1]]
  variances <- attr(effects, "postVar")
  to_user <- std$s * std$C
  list(id = rownames(effects), names = I(names),
       value = unname(as.matrix(effects) %*% t(to_user)),
       condVar = lapply(seq_len(nrow(effects)), function(i)
         to_user %*% matrix(variances[, , i], ncol(std$Z)) %*% t(to_user)))
}

# The optimum of y ~ X beta + Z u + e, found on standardised data and brought back to the columns as given.
optimum <- function(y, X, Z, id, diagonal, REML) {
  p <- ncol(X); q <- ncol(Z)
  std <- standardise(y, X, Z, diagonal)
  frame <- standardised_frame(std, id)
  formula <- standardised_formula(p, q, diagonal)
  found <- search_optimum(formula, frame, REML)
  fit <- fit_at(formula, found$theta, REML)
  m2ll <- found$deviance + criterion_shift(std, REML)

  sigma_s <- stats::sigma(fit)
  L <- as.matrix(Matrix::bdiag(lme4::getME(fit, "Tlist")))
  factor_user <- std$s * sigma_s * std$C %*% L
  G <- factor_user %*% t(factor_user)
  rank <- qr(L, tol = 1e-7)$rank
  dense <- dense_m2ll(y, X, Z, id, G, (std$s * sigma_s)^2, REML)
  tight <- nlme_fit(as.formula(paste("y ~ 0 +", paste0("X", seq_len(p), collapse = " + "))),
                    as.formula(paste("~ 0 +", paste0("Z", seq_len(q), collapse = " + "))),
                    diagonal, frame, REML, TRUE)
  excess <- c(as.list(found$values - found$deviance),
              list("nlme, tight, standardised" = if (inherits(tight, "error")) conditionMessage(tight)
                                                 else as.numeric(-2 * logLik(tight)) - found$deviance))
  list(fit = fit, std = std, m2ll = m2ll, k = p + length(found$theta) + 1,
       beta = as.vector(std$b0 + std$s * std$B %*% lme4::fixef(fit)),
       vcov = std$s^2 * std$B %*% as.matrix(stats::vcov(fit)) %*% t(std$B),
       G = G, sigma = std$s * sigma_s, rank = rank, dense = dense, excess = excess)
}

correlations <- function(G) {
  sds <- sqrt(diag(G))
  unname(ifelse(outer(sds, sds) > 0, G / outer(sds, sds), NA))
}

# spec: case, data (CSV), fixed ("y ~ time"), random ("time", "1", "0 + time"), id, diagonal, origin
# (of the column named time), kr, ranef. The values are in the coding of the CSV, with that origin.
reference <- function(spec, REML) {
  spec <- modifyList(list(diagonal = FALSE, origin = 0, time = "time", kr = FALSE, ranef = FALSE), spec)
  data <- read_panel(spec$data)
  if (spec$origin != 0) data[[spec$time]] <- data[[spec$time]] - spec$origin
  frame <- model.frame(as.formula(spec$fixed), data)
  y <- model.response(frame); X <- model.matrix(as.formula(spec$fixed), data)
  Z <- model.matrix(as.formula(paste("~", spec$random)), data); id <- data[[spec$id]]
  best <- optimum(y, X, Z, id, spec$diagonal, REML)
  satterthwaite <- apply(best$std$B, 1, function(l) lmerTest::contest1D(best$fit, l)$df)
  n <- length(y); q <- ncol(Z)

  out <- list(case = paste0(spec$case, if (REML) "_reml" else "_ml"), data = spec$data,
              formula = paste0(spec$fixed, " + (", spec$random, if (spec$diagonal) " || " else " | ", spec$id, ")"),
              origin = spec$origin, method = if (REML) "REML" else "ML",
              n_rows = n, n_persons = length(unique(id)), m2ll = best$m2ll, n_params = best$k,
              aic = best$m2ll + 2 * best$k, bic = best$m2ll + log(n) * best$k,
              fixed = list(names = I(colnames(X)), estimate = I(best$beta), se = I(sqrt(diag(best$vcov))),
                           satterthwaite_df = I(satterthwaite), vcov = unname(best$vcov)),
              random = list(names = I(colnames(Z)), sd = I(sqrt(diag(best$G))), cov = unname(best$G),
                            corr = correlations(best$G)),
              sigma = best$sigma, rank = best$rank, singular = best$rank < q)
  dense_df <- if (best$rank == q) satterthwaite_dense(y, X, Z, id, best$G, out$sigma^2, REML, spec$diagonal)
  if (!is.null(dense_df)) out$satterthwaite_df_dense <- I(dense_df)
  if (spec$kr && REML) out$kenward_roger <- kenward_roger(best$fit, best$std)
  if (spec$ranef) out$ranef <- effects_of_people(best$fit, best$std, colnames(Z))
  out$checks <- list(dense_m2ll = best$dense, dense_minus_lme4 = best$dense - best$m2ll,
                     excess_of_engine = c(best$excess, as_coded_excess(spec, data, y, REML, best$m2ll)))
  message(sprintf("%-40s %.9f rank %d dense %+.1e", out$case, best$m2ll, best$rank, best$dense - best$m2ll))
  out
}

both_methods <- function(spec) list(reference(spec, TRUE), reference(spec, FALSE))
