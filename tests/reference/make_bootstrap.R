# Parametric bootstrap of lme4 (bootMer) on sleepstudy, by REML and ML: quantiles, means and SDs of the replicates.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages(library(lme4))

frame <- read_panel("sleepstudy.csv")
replicates <- 2000
probabilities <- c(0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)

estimates <- function(fit) {
  components <- as.data.frame(VarCorr(fit), order = "lower.tri")
  c(fixef(fit), setNames(components$sdcor, c("sd:intercept", "cor:intercept,slope", "sd:slope", "sd:residual")))
}

one <- function(reml) {
  fit <- lmer(reaction ~ day + (day | subject), frame, REML = reml,
              control = lmerControl(optCtrl = list(ftol_abs = 1e-10, xtol_abs = 1e-10)))
  drawn <- suppressMessages(suppressWarnings(bootMer(fit, estimates, nsim = replicates, seed = 20240517)))$t
  colnames(drawn)[1:2] <- c("intercept", "slope")
  singular <- mean(abs(drawn[, "cor:intercept,slope"]) > 1 - 1e-6, na.rm = TRUE)
  list(case = if (reml) "reml" else "ml", replicates = replicates, missing = sum(is.na(drawn)), singular = singular,
       probabilities = probabilities, mean = as.list(colMeans(drawn, na.rm = TRUE)),
       sd = as.list(apply(drawn, 2, sd, na.rm = TRUE)),
       quantiles = lapply(as.data.frame(drawn, optional = TRUE), function(x)
         unname(quantile(x, probabilities, type = 6, na.rm = TRUE))))
}

write_reference(by_case(list(one(TRUE), one(FALSE))), "bootstrap.json")
