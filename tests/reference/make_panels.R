# Synthetic panels: drawn once with a fixed seed, written, read back, fitted.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

short <- function(x, digits = 7) as.numeric(formatC(x, digits = digits, format = "g"))

# Correlated effects of N people: rows of N(0, sd corr sd).
draw_effects <- function(N, sd, corr) {
  eigenvectors <- eigen(corr, symmetric = TRUE)
  root <- eigenvectors$vectors %*% diag(sqrt(pmax(eigenvectors$values, 0)), length(sd))
  matrix(rnorm(N * length(sd)), N) %*% t(diag(sd, length(sd)) %*% root)
}

# N people by the given waves; a share of rows is lost anywhere, a few people keep one row only.
skeleton <- function(N, waves, lost, single) {
  frame <- expand.grid(time = waves, id = seq_len(N))[, c("id", "time")]
  frame <- frame[runif(nrow(frame)) >= lost, ]
  keep_one <- sample(N, single)
  frame <- frame[!(frame$id %in% keep_one) | !duplicated(frame$id), ]
  rownames(frame) <- NULL
  frame
}

panel_arms <- function() {
  set.seed(101)
  frame <- skeleton(120, 0:5, .2, 6)
  arm <- sample(c("control", "treated"), 120, replace = TRUE); age <- round(rnorm(120, 45, 9), 1)
  u <- draw_effects(120, c(4, 1.2), matrix(c(1, -.3, -.3, 1), 2))
  frame$arm <- arm[frame$id]; frame$age <- age[frame$id]
  treated <- frame$arm == "treated"
  frame$y <- short(30 + 1.5 * frame$time - treated + .9 * treated * frame$time + .12 * frame$age +
                   u[frame$id, 1] + u[frame$id, 2] * frame$time + rnorm(nrow(frame), sd = 2.5))
  frame$id <- sprintf("P%03d", frame$id)
  write_panel(frame, "panel_arms.csv")
  list(case = "arms", data = "panel_arms.csv", fixed = "y ~ time*arm + age", random = "time", id = "id", kr = TRUE)
}

panel_own_times <- function() {
  set.seed(102)
  sizes <- sample(1:8, 60, replace = TRUE)
  frame <- data.frame(id = rep(seq_len(60), sizes))
  frame$time <- unlist(lapply(sizes, function(k) sort(round(runif(k, 0, 10), 4))))
  u <- draw_effects(60, c(3, .8), matrix(c(1, .4, .4, 1), 2))
  frame$y <- short(12 + .7 * frame$time + u[frame$id, 1] + u[frame$id, 2] * frame$time + rnorm(nrow(frame), sd = 2))
  write_panel(frame, "panel_own_times.csv")
  list(case = "own_times", data = "panel_own_times.csv", fixed = "y ~ time", random = "time", id = "id", kr = TRUE,
       ranef = TRUE)
}

panel_varying <- function() {
  set.seed(103)
  frame <- skeleton(80, 0:7, .15, 4)
  frame$x <- short(rnorm(nrow(frame), 2 + .3 * frame$time), 5)
  u <- draw_effects(80, c(3, .6, .9), matrix(c(1, .3, -.2, .3, 1, .1, -.2, .1, 1), 3))
  frame$y <- short(20 - .5 * frame$time + 1.1 * frame$x + u[frame$id, 1] + u[frame$id, 2] * frame$time +
                   u[frame$id, 3] * frame$x + rnorm(nrow(frame), sd = 1.8))
  write_panel(frame, "panel_varying.csv")
  list(case = "varying", data = "panel_varying.csv", fixed = "y ~ time + x", random = "time + x", id = "id")
}

panel_four_effects <- function() {
  set.seed(104)
  frame <- skeleton(70, 0:9, .12, 3)
  frame$x <- short(rnorm(nrow(frame)), 5); frame$z <- short(runif(nrow(frame), -2, 2), 5)
  corr <- diag(4); corr[lower.tri(corr)] <- c(.3, -.2, .1, .25, 0, -.15)
  corr[upper.tri(corr)] <- t(corr)[upper.tri(corr)]
  u <- draw_effects(70, c(2.5, .5, .8, 1.1), corr)
  frame$y <- short(8 + .4 * frame$time + frame$x - .6 * frame$z + u[frame$id, 1] + u[frame$id, 2] * frame$time +
                   u[frame$id, 3] * frame$x + u[frame$id, 4] * frame$z + rnorm(nrow(frame), sd = 1.5))
  write_panel(frame, "panel_four_effects.csv")
  list(case = "four_effects", data = "panel_four_effects.csv", fixed = "y ~ time + x + z", random = "time + x + z",
       id = "id")
}

# Intercepts and slopes with the correlation given; used below for the near-singular and the singular ones.
straight_lines <- function(seed, N, waves, correlation, sd, sigma, lost, single) {
  set.seed(seed)
  frame <- skeleton(N, waves, lost, single)
  u <- draw_effects(N, sd, matrix(c(1, correlation, correlation, 1), 2))
  frame$y <- short(50 + 2 * frame$time + u[frame$id, 1] + u[frame$id, 2] * frame$time +
                   rnorm(nrow(frame), sd = sigma))
  frame
}

estimated_correlation <- function(frame, REML) {
  fit <- quietly(lme4::lmer(y ~ I(time - 3) + (I(time - 3) | id), frame, REML = REML))
  attr(lme4::VarCorr(fit)[[1]], "correlation")[2, 1]
}

# The first seed from the one given at which both REML and ML estimates of the correlation (at time 3) pass.
first_seed <- function(from, passes, ...) {
  for (seed in from + 0:500) {
    frame <- straight_lines(seed, ...)
    if (passes(estimated_correlation(frame, TRUE)) && passes(estimated_correlation(frame, FALSE))) return(frame)
  }
  stop("no seed found")
}

panel_lines <- function(case, frame, ...) {
  file <- paste0("panel_", case, ".csv")
  write_panel(frame, file)
  list(case = case, data = file, fixed = "y ~ time", random = "time", id = "id", ...)
}

panel_near_singular <- function() {
  frame <- first_seed(1000, function(r) r > .9985 && r < .9995, N = 60, waves = 0:6, correlation = .999, sd = c(5, 1.5),
                      sigma = 1, lost = .15, single = 5)
  panel_lines("near_singular", frame)
}

panel_singular <- function(case, sign, from) {
  frame <- first_seed(from, function(r) abs(r - sign) < 1e-5, N = 50, waves = 0:6, correlation = sign, sd = c(4, .7),
                      sigma = 2, lost = .2, single = 5)
  panel_lines(case, frame, ranef = case == "singular_plus")
}

# Every person has a mirror image in time about wave 3, so that the intercept-slope covariance at time 3 is zero by
# symmetry; the slopes of the people vary less than the residuals make them: the slope variance is exactly 0.
panel_zero_slope <- function() {
  set.seed(301)
  frame <- skeleton(40, 0:6, .2, 4)
  level <- rnorm(40, sd = 3)
  noise <- rnorm(nrow(frame))
  slope_of <- function(rows) {
    t <- frame$time[rows] - 3
    if (length(unique(t)) < 2) return(0)
    .8 * sum((t - mean(t)) * noise[rows]) / sum((t - mean(t))^2)
  }
  for (rows in split(seq_len(nrow(frame)), frame$id))
    noise[rows] <- noise[rows] - slope_of(rows) * (frame$time[rows] - 3)
  half <- short(level[frame$id] + 2 * noise, 6)
  mirror <- data.frame(id = frame$id + 40, time = 6 - frame$time, y = half)
  both <- rbind(data.frame(id = frame$id, time = frame$time, y = half), mirror[order(mirror$id, mirror$time), ])
  both$time <- both$time - 3
  both$y <- round(20 + .5 * both$time + both$y, 6)
  panel_lines("zero_slope", both)
}

# No person differs from another by more than the residuals make them: G is exactly zero.
panel_zero_all <- function() {
  set.seed(302)
  frame <- skeleton(40, 0:5, .2, 4)
  noise <- rnorm(nrow(frame))
  for (rows in split(seq_len(nrow(frame)), frame$id))
    if (length(rows) > 1) noise[rows] <- noise[rows] - .7 * fitted(lm(noise[rows] ~ frame$time[rows]))
  frame$y <- short(20 + .5 * frame$time + 2 * noise, 6)
  panel_lines("zero_all", frame)
}

specs <- list(panel_arms(), panel_own_times(), panel_varying(), panel_four_effects(), panel_near_singular(),
              panel_singular("singular_plus", 1, 2000), panel_singular("singular_minus", -1, 3000), panel_zero_slope(),
              panel_zero_all())
zero_slope <- Filter(function(spec) spec$case == "zero_slope", specs)[[1]]
specs <- c(specs, list(modifyList(zero_slope, list(case = "zero_slope_diagonal", diagonal = TRUE))))
write_reference(by_case(do.call(c, lapply(specs, both_methods))), "panels.json")
