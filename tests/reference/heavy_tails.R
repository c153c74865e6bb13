# The linear mixed model with multivariate t outcomes of each person, for tests/results/compare/test_heavy_tails.py:
#   Rscript heavy_tails.R > heavy_tails.json
# skewlmm 1.1.3 (Schumacher, Lachos and Matos 2021), EM to a relative change of 1e-10.
suppressMessages({library(nlme); library(skewlmm)})
data <- as.data.frame(Orthodont)
data$Subject <- factor(as.character(data$Subject))
fit <- smn.lmm(data, formFixed = distance ~ age * Sex, formRandom = ~ age, groupVar = "Subject", distr = "t",
               depStruct = "UNC", control = lmmControl(tol = 1e-10, max.iter = 20000, algorithm = "EM"))
found <- with(fit$estimates, list(beta = unname(beta), sigma2 = unname(sigma2), D = unname(D), nu = unname(nu)))
cat(jsonlite::toJSON(c(found, loglik = fit$loglik), digits = 10, auto_unbox = TRUE), "\n")
