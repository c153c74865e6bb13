# logLik with its df and nobs, AIC and BIC of the same models by lme4 and nlme: how each counts rows and parameters.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages({ library(lme4); library(nlme) })

sets <- c("sleepstudy", "sleepstudy_unbalanced")
said <- function(fit, program, nobs) {
  value <- logLik(fit)
  list(program = program, deviance = -2 * as.numeric(value), df = attr(value, "df"), nobs = nobs, aic = AIC(fit), bic = BIC(fit))
}
out <- list()
for (name in sets) for (random in c("(day | subject)", "(1 | subject)")) for (method in c("REML", "ML")) {
  data <- read_panel(paste0(name, ".csv"))
  names(data) <- tolower(names(data))
  names(data)[names(data) == "days"] <- "day"
  one <- lmer(as.formula(paste("reaction ~ day +", random)), data, REML = method == "REML",
              control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  other <- lme(reaction ~ day, random = as.formula(paste("~", gsub("[()]", "", random))), data = data, method = method,
               control = lmeControl(msTol = 1e-12, tolerance = 1e-12, opt = "optim"))
  out[[length(out) + 1]] <- list(case = name, random = random, method = tolower(method),
    said = list(said(one, "lme4", nobs(one)), said(other, "nlme", attr(logLik(other), "nobs"))))
}
write_reference(out, "criteria.json")
