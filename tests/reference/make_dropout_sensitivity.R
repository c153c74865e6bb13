# Delta after dropout in the shipped trial, by hand: lmer() of what was seen; each missing visit has lme4's conditional
# expectation (fixed part and random effects) and delta * (week - last week) more; least squares of the completed, balanced
# table, which is generalised least squares whatever the variances are. Standard errors by leaving out one patient at a time
# (the conditional mean imputation of Wolbers et al. 2022), of everything: the fit, the imputation, who dropped out.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(lme4))
trial <- read.csv(file.path(here, "..", "..", "datasets", "trial.csv"))
trial$arm <- factor(trial$arm, c("placebo", "drug"))
weeks <- sort(unique(trial$week))
seen <- trial[!is.na(trial$depression), c("patient", "arm", "week", "depression")]
whole <- merge(unique(seen[c("patient", "arm")]), data.frame(week = weeks))
whole <- merge(whole, seen, all.x = TRUE)
last <- tapply(seen$week, seen$patient, max)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE)

completed <- function(whole, start = NULL) {
  fit <- lmer(depression ~ week * arm + (week | patient), whole, na.action = na.omit, control = tight, start = start)
  gone <- is.na(whole$depression)
  whole$depression[gone] <- predict(fit, whole[gone, ])
  list(table = whole, gone = gone, theta = getME(fit, "theta"), beta = fixef(fit))
}
moved <- function(done, delta, arms) {
  table <- done$table
  shift <- delta * (table$week - last[as.character(table$patient)]) * (table$arm %in% arms)
  table$depression <- table$depression + ifelse(done$gone, shift, 0)
  coef(lm(depression ~ week * arm, table))[c("week", "week:armdrug")]
}
cases <- expand.grid(delta = c(-1, 0, 1), arms = c("both", "drug"), stringsAsFactors = FALSE)
arms_of <- function(word) if (word == "both") c("placebo", "drug") else word
asked <- function(done) unlist(lapply(seq_len(nrow(cases)), function(k) moved(done, cases$delta[k], arms_of(cases$arms[k]))))

all <- completed(whole)
patients <- unique(whole$patient)
without <- t(vapply(patients, function(p) asked(completed(whole[whole$patient != p, ], all$theta)), numeric(2 * nrow(cases))))
n <- length(patients)
jackknife <- sqrt((n - 1) / n * colSums(sweep(without, 2, colMeans(without))^2))
values <- matrix(asked(all), ncol = 2, byrow = TRUE); errors <- matrix(jackknife, ncol = 2, byrow = TRUE)
write_reference(list(
  beta = unname(all$beta),
  cases = lapply(seq_len(nrow(cases)), function(k) list(
    delta = cases$delta[k], arms = cases$arms[k], slope = values[k, 1], difference = values[k, 2],
    slope_error = errors[k, 1], difference_error = errors[k, 2]))
), "dropout_sensitivity.json")
