# Outcomes that are not normal: Laplace's approximation by glmmTMB, quadrature by lme4 and ordinal, on one panel.
suppressMessages({library(glmmTMB); library(lme4); library(ordinal)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
set.seed(14)
persons <- 60
sizes <- sample(2:6, persons, replace = TRUE)
id <- rep(seq_len(persons), sizes)
d <- data.frame(id = id, t = unlist(lapply(sizes, function(n) sort(sample(0:6, n)))), x = rbinom(persons, 1, .5)[id])
u <- cbind(rnorm(persons), .35 * rnorm(persons))
eta <- -.2 + .1 * d$t + .4 * d$x + u[id, 1] + u[id, 2] * d$t
n <- nrow(d)
d$over <- round(runif(n, .5, 3), 2)
d$trials <- sample(2:8, n, replace = TRUE)
d$yes <- rbinom(n, 1, plogis(eta))
d$successes <- rbinom(n, d$trials, plogis(eta))
d$count <- rnbinom(n, size = 3, mu = d$over * exp(eta))
d$amount <- signif(rgamma(n, 3, 3 * exp(-eta)), 6)
d$grade <- findInterval(eta + rlogis(n), c(-.5, 1, 2))
write.csv(d, file.path(here, "families.csv"), row.names = FALSE)

control <- glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12, iter.max = 1000, eval.max = 1000))
laplace <- function(left, random, family, exposure = FALSE, weights = NULL) {
  text <- paste(left, "~ t + x +", random, if (exposure) "+ offset(log(over))" else "")
  fit <- glmmTMB(as.formula(text), data = d, family = family, control = control)
  list(deviance = -2 * as.numeric(logLik(fit)), beta = unname(fixef(fit)$cond),
       se = unname(sqrt(diag(vcov(fit)$cond))), G = unname(c(VarCorr(fit)$cond[[1]])))
}
wins <- "cbind(successes, trials - successes)"
one <- "(1 | id)"; two <- "(t | id)"; apart <- "diag(t | id)"
by_glmer <- function(nodes) {
  fit <- glmer(yes ~ t + x + (1 | id), d, binomial, nAGQ = nodes,
               control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-9)))
  list(deviance = -2 * as.numeric(logLik(fit)), beta = unname(fixef(fit)), se = unname(sqrt(diag(vcov(fit)))),
       G = unname(c(VarCorr(fit)[[1]])))
}
by_clmm2 <- function(link, nodes) {
  frame <- transform(d, grade = factor(grade), id = factor(id))
  fit <- clmm2(grade ~ t + x, random = id, data = frame, link = link, nAGQ = nodes, Hess = TRUE,
               control = clmm2.control(gradTol = 1e-8, grtol = 1e-9, xtol = 1e-13))
  list(deviance = -2 * as.numeric(logLik(fit)), beta = unname(fit$beta), thresholds = unname(fit$Theta),
       G = as.numeric(fit$stDev)^2)
}
fits <- list(
  "yes logit 1 laplace" = laplace("yes", one, binomial()),
  "yes probit 1 laplace" = laplace("yes", one, binomial("probit")),
  "successes logit t laplace" = laplace(wins, two, binomial()),
  "successes probit t laplace" = laplace(wins, two, binomial("probit")),
  "successes cloglog t laplace" = laplace(wins, two, binomial("cloglog")),
  "successes logit apart laplace" = laplace(wins, apart, binomial()),
  "count poisson t laplace" = laplace("count", two, poisson(), TRUE),
  "count nbinom2 1 laplace" = laplace("count", one, nbinom2(), TRUE),
  "count nbinom1 1 laplace" = laplace("count", one, nbinom1(), TRUE),
  "count nbinom2 t laplace" = laplace("count", two, nbinom2(), TRUE),
  "amount gamma 1 laplace" = laplace("amount", one, Gamma("log")),
  "amount gamma t laplace" = laplace("amount", two, Gamma("log")),
  "yes logit 1 7" = by_glmer(7),
  "yes logit 1 25" = by_glmer(25),
  "grade ordinal-logit 1 9" = by_clmm2("logistic", 9),
  "grade ordinal-probit 1 9" = by_clmm2("probit", 9)
)
jsonlite::write_json(fits, file.path(here, "families.json"), digits = 12, auto_unbox = TRUE, pretty = TRUE)
