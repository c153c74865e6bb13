# Profile likelihood intervals of a random intercept and slope: roots of a textbook likelihood with dense V_i, and
# lme4's confint(method = "profile") for ML. What is not the profiled parameter is minimised by nlminb from several
# starts; the root of the signed root deviance is found by uniroot. An end on the boundary is found by evaluating it.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

CUT <- qchisq(0.95, 1)
TINY <- 1e-7

# ---------------------------------------------------------------- the likelihood

# Persons with the same Z share V, so that they are put side by side; nothing else is saved. X'X etc. are by person.
prepare <- function(frame, fixed, id, time) {
  X <- model.matrix(fixed, frame); y <- frame[[as.character(fixed[[2]])]]
  Z <- cbind(1, frame[[time]])
  rows <- split(seq_along(y), frame[[id]])
  key <- vapply(rows, function(r) paste(format(Z[r, 2], digits = 17), collapse = " "), "")
  groups <- lapply(split(rows, key), function(members) {
    list(Z = Z[members[[1]], , drop = FALSE], k = length(members), p = ncol(X),
         stack = do.call(cbind, lapply(members, function(r) cbind(X[r, , drop = FALSE], y[r]))))
  })
  list(groups = groups, n = length(y), p = ncol(X), names = colnames(X))
}

# A of [X y]'V^-1[X y] and log|V|.
sums_at <- function(data, G, sigma) {
  p <- data$p; total <- matrix(0, p + 1, p + 1); logdet <- 0
  for (group in data$groups) {
    V <- group$Z %*% G %*% t(group$Z); diag(V) <- diag(V) + sigma^2
    U <- chol(V)
    W <- backsolve(U, group$stack, transpose = TRUE)
    dim(W) <- c(nrow(W), p + 1, group$k)
    W <- matrix(aperm(W, c(1, 3, 2)), ncol = p + 1)
    total <- total + crossprod(W); logdet <- logdet + 2 * group$k * sum(log(diag(U)))
  }
  list(total = total, logdet = logdet)
}

# -2 log (restricted) likelihood; with `held`, coefficient `held$j` is fixed (ML).
m2ll <- function(data, G, sigma, REML, held = NULL) {
  s <- sums_at(data, G, sigma); p <- data$p
  A <- s$total[1:p, 1:p, drop = FALSE]; b <- s$total[1:p, p + 1]; yy <- s$total[p + 1, p + 1]
  if (!is.null(held)) {
    j <- held$j; v <- held$value
    yy <- yy - 2 * v * b[j] + v^2 * A[j, j]; b <- (b - v * A[, j])[-j]; A <- A[-j, -j, drop = FALSE]
  }
  quadratic <- yy - if (length(b)) sum(b * solve(A, b)) else 0
  nu <- data$n - if (REML) p else 0
  nu * log(2 * pi) + s$logdet + quadratic + if (REML) as.numeric(determinant(A)$modulus) else 0
}

# ---------------------------------------------------------------- the profiles

# Free parameters of each profile, and G and sigma from them; SDs and sigma are relative to (s1, s2, s0).
lower <- function(a, b, c) { L <- matrix(c(a, b, 0, c), 2); tcrossprod(L) }
profiles <- list(
  all = list(size = 4, G = function(u, v) lower(u[1], u[2], u[3]), sigma = function(u, v) exp(u[4])),
  sd1 = list(size = 3, G = function(u, v) lower(v, u[1], u[2]), sigma = function(u, v) exp(u[3])),
  sd2 = list(size = 3, G = function(u, v) lower(v, u[1], u[2])[2:1, 2:1], sigma = function(u, v) exp(u[3])),
  cor = list(size = 3, G = function(u, v) matrix(c(u[1]^2, v * abs(u[1] * u[2]), v * abs(u[1] * u[2]), u[2]^2), 2),
             sigma = function(u, v) exp(u[3])),
  sigma = list(size = 3, G = function(u, v) lower(u[1], u[2], u[3]), sigma = function(u, v) v),
  beta = list(size = 4, G = function(u, v) lower(u[1], u[2], u[3]), sigma = function(u, v) exp(u[4])))

tight <- list(rel.tol = 1e-14, x.tol = 1e-12, eval.max = 200, iter.max = 60)

# From every start, then from the best of them with accurate derivatives.
minimise <- function(f, starts) {
  best <- list(objective = Inf)
  for (u in starts) {
    found <- quietly(nlminb(u, f, control = list(rel.tol = 1e-11, eval.max = 500, iter.max = 150)))
    if (!inherits(found, "error") && found$objective < best$objective) best <- found
  }
  polished <- quietly(nlminb(best$par, f, gradient = function(u) numDeriv::grad(f, u), control = tight))
  if (!inherits(polished, "error") && polished$objective < best$objective) polished else best
}

starts_of <- function(size) {
  last <- 0.2
  if (size == 3) list(c(0.6, 0.6, last), c(-0.3, 0.4, last), c(0.9, -0.2, last))
  else list(c(0.8, 0.1, 0.8, last), c(0.5, -0.4, 0.3, last), c(1, 0.9, 0.2, last))
}

profiler <- function(data, scales, REML, kind, j = NULL) {
  part <- profiles[[kind]]; S <- diag(scales[1:2])
  last <- starts_of(part$size)
  function(v) {
    f <- function(u) {
      value <- quietly(m2ll(data, S %*% part$G(u, v) %*% S, scales[3] * part$sigma(u, v), REML,
                            if (kind == "beta") list(j = j, value = v)))
      if (inherits(value, "error") || !is.finite(value)) 1e10 else value
    }
    found <- minimise(f, last)
    last <<- c(list(found$par), starts_of(part$size))
    found$objective
  }
}

# The end of {v : p(v) <= best + CUT} on one side of `from`; `bound` is where the range ends, or NULL.
end_of <- function(p, best, from, step, bound) {
  excess <- function(v) sqrt(max(p(v) - best, 0)) - sqrt(CUT)
  if (!is.null(bound) && (abs(from - bound) < TINY || excess(bound) <= 0)) return(bound)
  inside <- from; outside <- from + step
  for (k in 1:60) {
    if (!is.null(bound) && (outside - bound) * sign(step) >= 0) { outside <- bound; break }
    if (excess(outside) > 0) break
    inside <- outside; outside <- from + step * 1.6^k
  }
  uniroot(excess, sort(c(inside, outside)), tol = 1e-10)$root
}

dense_intervals <- function(data, REML) {
  scales <- c(1, 1, 1)
  X <- do.call(rbind, lapply(data$groups, function(g) { stack <- g$stack; dim(stack) <- c(nrow(stack), data$p + 1, g$k)
    matrix(aperm(stack, c(1, 3, 2)), ncol = data$p + 1) }))
  s <- sd(qr.resid(qr(X[, 1:data$p]), X[, data$p + 1]))
  times <- unlist(lapply(data$groups, function(g) rep(g$Z[, 2], g$k)))
  scales <- c(s, s / sqrt(mean(times^2)), s)
  whole <- profiler(data, scales, REML, "all")
  best <- min(replicate(2, whole(NULL)))
  u <- environment(whole)$last[[1]]
  S <- diag(scales[1:2]); G <- S %*% profiles$all$G(u) %*% S; sigma <- scales[3] * exp(u[4])
  sd <- sqrt(diag(G)); cor <- if (all(sd > TINY * scales[1:2])) G[1, 2] / prod(sd) else NA
  out <- list(m2ll = best, estimate = list(sd1 = sd[1], sd2 = sd[2], cor = cor, sigma = sigma))
  for (k in 1:2) {
    p <- profiler(data, scales, REML, paste0("sd", k)); at <- sd[k] / scales[k]
    if (at < 1e-6) at <- 0
    out$interval[[paste0("sd", k)]] <- scales[k] * c(end_of(p, best, at, -0.3 * max(at, 0.1), 0),
                                                     end_of(p, best, at, 0.3 * max(at, 0.1), NULL))
  }
  if (min(out$interval$sd1[1], out$interval$sd2[1]) == 0) out$interval$cor <- c(-1, 1)
  else {
    p <- profiler(data, scales, REML, "cor")
    out$interval$cor <- c(end_of(p, best, cor, -0.1, -1), end_of(p, best, cor, 0.1, 1))
  }
  p <- profiler(data, scales, REML, "sigma"); at <- sigma / scales[3]
  out$interval$sigma <- scales[3] * c(end_of(p, best, at, -0.05 * at, NULL), end_of(p, best, at, 0.05 * at, NULL))
  if (!REML) {
    sums <- sums_at(data, G, sigma); q <- seq_len(data$p)
    beta <- solve(sums$total[q, q], sums$total[q, data$p + 1]); error <- sqrt(diag(solve(sums$total[q, q])))
    out$beta <- lapply(q, function(j) {
      p <- profiler(data, scales, FALSE, "beta", j)
      c(end_of(p, best, beta[j], -error[j], NULL), end_of(p, best, beta[j], error[j], NULL))
    })
    names(out$beta) <- data$names
  }
  out
}

# lme4 on scaled time and outcome (scaled only, so that the intercept stays where it is).
lme4_intervals <- function(frame, fixed, id, time) {
  y <- as.character(fixed[[2]]); s <- sd(frame[[y]]); t <- sqrt(mean(frame[[time]]^2))
  frame[[y]] <- frame[[y]] / s; frame[[time]] <- frame[[time]] / t
  formula <- as.formula(paste(deparse(fixed, 500), "+ (", time, "|", id, ")"))
  control <- tight_controls()[[1]]
  fit <- quietly(lme4::lmer(formula, frame, REML = FALSE, control = control))
  # steps a quarter as long as lme4's own: it interpolates between them
  bounds <- quietly(confint(profile(fit, delta.cutoff = 1 / 32)))
  if (inherits(bounds, "error")) return(list(failed = conditionMessage(bounds)))
  unit <- c(s, 1, s / t, s, ifelse(grepl(paste0("(^|:)", time, "(:|$)"), names(lme4::fixef(fit))), s / t, s))
  bounds <- bounds * unit
  rows <- c("sd1", "cor", "sd2", "sigma", names(lme4::fixef(fit)))
  setNames(lapply(seq_along(rows), function(k) unname(bounds[k, ])), rows)
}

# ---------------------------------------------------------------- the cases

few <- function(frame) frame[frame$subject %in% c(308, 309, 330, 331, 333, 352) & frame$day <= 3, ]
same <- function(frame) frame
case <- function(name, file, fixed, id, time, subset = same) list(name = name, file = file, fixed = fixed, id = id, time = time, subset = subset)
sets <- "../../datasets/"
cases <- list(
  case("sleepstudy", "sleepstudy.csv", reaction ~ day, "subject", "day"),
  case("sleepstudy_unbalanced", "sleepstudy_unbalanced.csv", reaction ~ day, "subject", "day"),
  case("sleepstudy_few", "sleepstudy.csv", reaction ~ day, "subject", "day", few),
  case("orthodont", paste0(sets, "orthodont.csv"), distance ~ age, "subject", "age"),
  case("bodyweight", paste0(sets, "bodyweight.csv"), weight ~ day * diet, "rat", "day"),
  case("chickweight", paste0(sets, "chickweight.csv"), weight ~ day * diet, "chick", "day"),
  case("arms", "panel_arms.csv", y ~ time * arm + age, "id", "time"),
  case("near_singular", "panel_near_singular.csv", y ~ time, "id", "time"),
  case("singular_plus", "panel_singular_plus.csv", y ~ time, "id", "time"),
  case("zero_slope", "panel_zero_slope.csv", y ~ time, "id", "time"),
  case("zero_all", "panel_zero_all.csv", y ~ time, "id", "time"))

one <- function(spec) {
  frame <- spec$subset(read_panel(spec$file))
  for (name in intersect(c("diet", "arm"), names(frame))) frame[[name]] <- factor(frame[[name]])
  data <- prepare(frame, spec$fixed, spec$id, spec$time)
  message(spec$name)
  list(formula = paste(deparse(spec$fixed, 500), "+ (", spec$time, "|", spec$id, ")"), file = spec$file,
       id = spec$id, time = spec$time,
       ml = dense_intervals(data, FALSE), reml = dense_intervals(data, TRUE),
       lme4 = lme4_intervals(frame, spec$fixed, spec$id, spec$time))
}

# With names of cases: these are made anew, the others are left as they are.
asked <- commandArgs(trailingOnly = TRUE)
if (length(asked)) cases <- Filter(function(spec) spec$name %in% asked, cases)
file <- file.path(here, "profile.json")
kept <- if (length(asked) && file.exists(file)) jsonlite::read_json(file) else list()
for (spec in cases) {
  kept[[spec$name]] <- one(spec)
  write_reference(kept, "profile.json")
}
