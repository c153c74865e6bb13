# Times of the peers for levels.py: Rscript levels.R TASK FILE; prints seconds and -2 log likelihood.
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[2])
suppressPackageStartupMessages(library(lme4))
formulas <- c(
  "two levels of slopes" = "y ~ t * arm + (t | site) + (t | id)",
  "egsingle" = "math ~ year + (year | schoolid) + (year | childid)",
  "InstEval" = "y ~ factor(service) + (1 | s) + (1 | d) + (1 | dept:service)"
)
seconds <- system.time(fit <- lmer(as.formula(formulas[[arguments[1]]]), data, REML = arguments[1] != "InstEval"))[["elapsed"]]
cat(sprintf("%.4f %.6f\n", seconds, -2 * as.numeric(logLik(fit))))
