# Times of the peers for residuals.py: Rscript residuals.R TASK FILE; prints seconds (best of the repeats).
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[2])
data$visit <- factor(data$visit)
data$arm <- factor(data$arm)
timed <- function(expression, repeats) {
  best <- Inf
  for (k in seq_len(repeats)) best <- min(best, system.time(fit <- eval(expression))[["elapsed"]])
  cat(sprintf("%.4f %.6f\n", best, -2 * as.numeric(logLik(fit))))
}
if (arguments[1] == "un") {
  suppressPackageStartupMessages(library(glmmTMB))
  timed(quote(glmmTMB(y ~ visit * arm + us(visit + 0 | id), data, REML = TRUE, dispformula = ~0)), 1)
} else if (arguments[1] == "ar1") {
  suppressPackageStartupMessages(library(nlme))
  data$wave <- as.integer(data$visit)
  timed(quote(lme(y ~ t * arm, random = ~ t | id, correlation = corAR1(0.3, form = ~ wave | id), data = data,
                  method = "REML", control = lmeControl(maxIter = 200, msMaxIter = 200))), 1)
}
