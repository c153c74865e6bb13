# Amounts whose logarithms are normal: lme4 on the logarithm with the Jacobian of the amounts, and means with standard
# errors by the delta method from the Hessian of a dense likelihood of all parameters.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(lme4))

data <- sleepstudy
jacobian <- -sum(log(data$Reaction))
control <- lmerControl(optimizer = "nloptwrap", optCtrl = list(ftol_abs = 1e-14, xtol_abs = 1e-12, maxeval = 1e5))
ml <- lmer(log(Reaction) ~ Days + (Days | Subject), data, REML = FALSE, control = control)
reml <- lmer(log(Reaction) ~ Days + (Days | Subject), data, REML = TRUE, control = control)

y <- log(data$Reaction)
X <- cbind(1, data$Days)
persons <- split(seq_along(y), data$Subject)
deviance_at <- function(par) {
  G <- matrix(c(par[3], par[4], par[4], par[5]), 2)
  sum(sapply(persons, function(rows) {
    V <- X[rows, ] %*% G %*% t(X[rows, ]) + diag(par[6], length(rows))
    e <- y[rows] - X[rows, ] %*% par[1:2]
    as.numeric(determinant(V)$modulus) + sum(e * solve(V, e)) + length(rows) * log(2 * pi)
  }))
}
G <- VarCorr(ml)$Subject
par <- c(fixef(ml), G[1, 1], G[1, 2], G[2, 2], sigma(ml)^2)
size <- c(.01, .01, 1e-3, 1e-4, 1e-4, 1e-3)
scaled <- function(z) deviance_at(par + z * size)
hessian <- optimHess(rep(0, 6), scaled, control = list(ndeps = rep(1e-2, 6)))
for (step in 1:3) {  # Newton, so that derivatives vanish where the delta method is taken
  gradient <- sapply(1:6, function(j) { h <- replace(rep(0, 6), j, 1e-3); (scaled(h) - scaled(-h)) / 2e-3 })
  par <- par - size * solve(hessian, gradient)
}
joint <- 2 * solve(hessian) * (size %o% size)
mean_at <- function(day) {
  x <- c(1, day)
  value <- exp(sum(x * par[1:2]) + (par[3] + 2 * day * par[4] + day^2 * par[5] + par[6]) / 2)
  slope <- value * c(x, .5, day, day^2 / 2, .5)
  c(value, sqrt(sum(slope * (joint %*% slope))))
}
write_reference(list(
  ml = as.numeric(logLik(ml)) + jacobian, reml = as.numeric(logLik(reml)) + jacobian,
  aic = AIC(ml) - 2 * jacobian, beta = unname(fixef(ml)), se = unname(sqrt(diag(as.matrix(vcov(ml))))),
  mean_0 = mean_at(0), mean_9 = mean_at(9)
), "lognormal.json")
