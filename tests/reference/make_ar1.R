# AR(1) residuals on sleepstudy by REML, with gls and lme of nlme: -2 log restricted likelihood and the correlation.
suppressMessages({library(nlme); library(lme4)})
d <- sleepstudy
ar <- corAR1(form = ~ Days | Subject)
fits <- list(
  none = gls(Reaction ~ Days, correlation = ar, data = d),
  intercept = lme(Reaction ~ Days, random = ~ 1 | Subject, correlation = ar, data = d),
  diagonal = lme(Reaction ~ Days, random = list(Subject = pdDiag(~ Days)), correlation = ar, data = d)
)
rows <- sapply(names(fits), function(name) {
  rho <- coef(fits[[name]]$modelStruct$corStruct, unconstrained = FALSE)
  sprintf('  "%s": {"deviance": %.9f, "ar1": %.7f}', name, -2 * as.numeric(logLik(fits[[name]])), rho)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
cat("{\n", paste(rows, collapse = ",\n"), "\n}\n", sep = "", file = file.path(here, "ar1.json"))
