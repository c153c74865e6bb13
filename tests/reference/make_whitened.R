# Residuals by nlme: random intercept with AR(1) residuals on sleepstudy, REML; raw and normalized, within and of the mean.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages(library(nlme))
d <- read.csv(file.path(here, "..", "..", "datasets", "sleepstudy.csv"))
control <- lmeControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 500, msMaxIter = 500)
fit <- lme(reaction ~ day, random = ~ 1 | subject, correlation = corAR1(form = ~ day | subject), data = d,
           control = control)
whitened <- function(V, r) forwardsolve(t(chol(V)), r)
own <- split(seq_len(nrow(d)), d$subject)
marginal <- residuals(fit, level = 0)
cholesky <- numeric(nrow(d))
for (who in names(own)) {
  V <- getVarCov(fit, individuals = who, type = "marginal")[[1]]
  cholesky[own[[who]]] <- whitened(V, marginal[own[[who]]])
}
write_reference(list(
  nlme = as.character(packageVersion("nlme")),
  conditional = as.numeric(residuals(fit)), marginal = as.numeric(marginal),
  normalized = as.numeric(residuals(fit, type = "normalized")), cholesky = cholesky), "whitened.json")
