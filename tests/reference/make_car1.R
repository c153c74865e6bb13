# Growth with residuals whose correlation decays with time: nlme's corCAR1, a random intercept, REML and ML.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
library(nlme)

fitted_case <- function(file, method) {
  frame <- read_panel(file)
  fit <- lme(reaction ~ day, random = ~ 1 | subject, correlation = corCAR1(0.5, form = ~ day | subject), data = frame,
             method = method, control = lmeControl(opt = "optim", reltol = 1e-12, maxIter = 500, msMaxIter = 500))
  list(case = paste(sub(".csv", "", file), method), file = file, method = method,
       deviance = -2 * as.numeric(logLik(fit)), fixed = I(unname(fixef(fit))),
       sd_intercept = as.numeric(VarCorr(fit)[1, "StdDev"]), sd_residual = fit$sigma,
       rho = unname(coef(fit$modelStruct$corStruct, unconstrained = FALSE)))
}

write_reference(by_case(list(
  fitted_case("sleepstudy.csv", "REML"), fitted_case("sleepstudy.csv", "ML"),
  fitted_case("sleepstudy_unbalanced.csv", "REML"), fitted_case("sleepstudy_unbalanced.csv", "ML")
)), "car1.json")
