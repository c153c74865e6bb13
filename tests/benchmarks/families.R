# Times of the peers for families.py: Rscript families.R TASK FILE; prints seconds and -2 log likelihood.
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[2])
timed <- function(fitted) {
  seconds <- system.time(fit <- fitted())[["elapsed"]]
  cat(sprintf("%.4f %.6f\n", seconds, -2 * as.numeric(logLik(fit))))
}
suppressPackageStartupMessages({
  library(lme4)
  library(glmmTMB)
})
timed(switch(arguments[1],
  "glmer 25" = function() glmer(y ~ t * arm + (1 | id), data, family = binomial, nAGQ = 25),
  "glmer 11 x" = function() glmer(y ~ t * arm + x + (1 | id), data, family = binomial, nAGQ = 11),
  "glmer Laplace" = function() glmer(y ~ t * arm + (t | id), data, family = binomial),
  "glmmTMB Laplace" = function() glmmTMB(y ~ t * arm + (t | id), data, family = binomial)
))
