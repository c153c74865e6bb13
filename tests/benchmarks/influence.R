# Refits without one unit by the peers, for influence.py: Rscript influence.R TASK FILE UNIT HOW_MANY; prints the seconds
# of one refit. Each starts from the estimates of all where the function takes starting values.
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[2])
data$id <- factor(data$id)
suppressPackageStartupMessages({library(lme4); library(nlme)})
of_lmer <- function(formula) {
  all <- lmer(formula, data)
  function(data) lmer(formula, data, start = getME(all, "theta"))
}
of_glmer <- function(formula) {
  all <- glmer(formula, data, binomial, nAGQ = 9)
  function(data) glmer(formula, data, binomial, nAGQ = 9, start = list(theta = getME(all, "theta"), fixef = fixef(all)))
}
of_lme <- function() function(data) lme(y ~ t * arm, data, ~ t | id, correlation = corAR1(form = ~ w | id))
made <- switch(arguments[1],
  "waves" = , "own times" = of_lmer(y ~ t * arm + (t | id)),
  "sites" = , "patients in sites" = of_lmer(y ~ t * arm + (t | site) + (t | id)),
  "ar1" = of_lme(),
  "yes or no" = of_glmer(yes ~ t * arm + (1 | id))
)
units <- data[[arguments[3]]]
clock <- Sys.time()
out <- unique(units)[seq_len(as.integer(arguments[4]))]
for (one in out) suppressMessages(suppressWarnings(try(made(data[units != one, ]), silent = TRUE)))
cat(as.numeric(difftime(Sys.time(), clock, units = "secs")) / length(out))
