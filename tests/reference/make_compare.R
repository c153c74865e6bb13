# Likelihood ratios of nested fits (lme4, tight), the exact null distribution of the (restricted) likelihood ratio for one
# variance (RLRsim), and parametric-bootstrap p-values (pbkrtest), with their Monte Carlo errors.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

shipped <- file.path(here, "..", "..", "datasets")
sleep <- read_panel("sleepstudy.csv")
unbalanced <- read_panel("sleepstudy_unbalanced.csv")
orthodont <- read.csv(file.path(shipped, "orthodont.csv"))
orthodont$sex <- factor(orthodont$sex, levels = c("Male", "Female")); orthodont$age <- orthodont$age - 8

m2ll <- function(data, id, fixed, random, diagonal, REML) {
  y <- model.response(model.frame(as.formula(fixed), data)); X <- model.matrix(as.formula(fixed), data)
  if (random == "none") {
    fit <- lm(as.formula(fixed), data); n <- length(y); p <- ncol(X); rss <- sum(resid(fit)^2); nu <- if (REML) n - p else n
    log_det <- if (REML) 2 * sum(log(abs(diag(qr.R(qr(X)))))) else 0
    return(nu * (log(2 * pi * rss / nu) + 1) + log_det)
  }
  optimum(y, X, model.matrix(as.formula(random), data), data[[id]], diagonal, REML)$m2ll
}

known <- new.env()  # each model is fitted once
m2ll_once <- function(set, data, id, one, REML) {
  key <- paste(set, one$fixed, one$random, isTRUE(one$diagonal), REML)
  if (is.null(known[[key]])) known[[key]] <- m2ll(data, id, one$fixed, one$random, isTRUE(one$diagonal), REML)
  known[[key]]
}

ratio <- function(name, data, id, small, large, REML) {
  set <- strsplit(name, " ")[[1]][1]
  values <- vapply(list(small, large), function(one) m2ll_once(set, data, id, one, REML), 0)
  list(case = name, method = if (REML) "reml" else "ml", m2ll = I(values), statistic = values[1] - values[2])
}
day <- "reaction ~ day"
ratios <- list()
for (REML in c(TRUE, FALSE)) for (data in c("sleepstudy", "sleepstudy_unbalanced")) {
  rows <- if (data == "sleepstudy") sleep else unbalanced
  none <- list(fixed = day, random = "none"); level <- list(fixed = day, random = "~ 1")
  apart <- list(fixed = day, random = "~ day", diagonal = TRUE); both <- list(fixed = day, random = "~ day")
  for (pair in list(list("none level", none, level), list("level apart", level, apart), list("level both", level, both),
                    list("none both", none, both), list("apart both", apart, both)))
    ratios <- c(ratios, list(ratio(paste(data, pair[[1]]), rows, "subject", pair[[2]], pair[[3]], REML)))
}
ratios <- c(ratios, list(ratio("orthodont sex", orthodont, "subject", list(fixed = "distance ~ age + sex", random = "~ 1"),
                               list(fixed = "distance ~ age * sex", random = "~ 1"), FALSE)))

# Null distributions by RLRsim: 100,000 draws; probabilities of exceeding fixed values, and of a ratio of zero.
at <- c(.05, .25, .5, 1, 2, 3, 4, 5, 6.5)
null_of <- function(name, data, fixed, column) {
  X <- model.matrix(as.formula(fixed), data); id <- factor(data$subject)
  Z <- model.matrix(~ 0 + id) * column(data)
  draw <- function(simulate, ...) {
    set.seed(20260724)
    draws <- simulate(X = X, Z = Z, ..., sqrt.Sigma = diag(ncol(Z)), nsim = 100000, log.grid.hi = 8, log.grid.lo = -10, gridlength = 200)
    draws <- as.vector(if (is.list(draws)) draws$sim else draws)
    list(beyond = I(vapply(at, function(x) mean(draws > x), 0)), zero = mean(draws < 1e-9), n = length(draws))
  }
  list(case = name, at = I(at), reml = draw(RLRsim::RLRTSim, qrX = qr(X)), ml = draw(RLRsim::LRTSim, q = 0))
}
nulls <- list(
  null_of("sleepstudy level", sleep, day, function(d) 1),
  null_of("sleepstudy slope", sleep, day, function(d) d$day),
  null_of("sleepstudy_unbalanced level", unbalanced, day, function(d) 1),
  null_of("sleepstudy_unbalanced slope", unbalanced, day, function(d) d$day)
)

bootstrap <- function(name, large, small, n) {
  set.seed(20260725)
  found <- pbkrtest::PBmodcomp(large, small, nsim = n)$test
  list(case = name, statistic = found["PBtest", "stat"], p = found["PBtest", "p.value"], n = n)
}
lmer <- function(formula) quietly(lme4::lmer(formula, orthodont, REML = FALSE))
bootstraps <- list(
  bootstrap("orthodont means", lmer(distance ~ age * sex + (age | subject)), lmer(distance ~ age + sex + (age | subject)),
            2000),
  bootstrap("orthodont slope", lmer(distance ~ age * sex + (age | subject)), lmer(distance ~ age * sex + (1 | subject)), 2000)
)
write_reference(list(ratios = ratios, nulls = nulls, bootstraps = bootstraps), "compare.json")
