# Predictions and means on the outcome's scale: offsets (lme4's predict and fitted, emmeans' means) and computed outcomes
# (emmeans, type = "response"; standard errors by the delta method, Satterthwaite's degrees of freedom).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lmerTest); library(emmeans)})

data <- read_panel("sleepstudy.csv")
person <- as.integer(factor(data$subject))
data$sex <- ifelse(person %% 2 == 0, "f", "m")
data$dose <- (person * 7) %% 11 + data$day %% 3
formulas <- c("reaction ~ day * sex + offset(dose)", "log(reaction) ~ day * sex", "sqrt(reaction) ~ day * sex",
              "log(reaction) ~ day + sex + offset(dose / 100)", "reaction ~ day * sex + offset(dose) + offset(dose / 2)",
              "I(reaction / 10) ~ day * sex", "-log10(reaction) ~ day * sex")

record <- function(text) {
  fit <- eval(bquote(lmer(.(as.formula(paste(text, "+ (day | subject)"))), data, control = lmerControl(optimizer = "bobyqa",
              optCtrl = list(rhoend = 1e-9, maxfun = 1e5)))))
  table <- function(type) {
    grid <- emmeans(fit, ~ sex | day, at = list(day = c(0, 4.5)), lmer.df = "satterthwaite")
    if (type == "response" && grepl("^-", text)) grid <- update(grid, tran = list(
      linkfun = function(mu) -log10(mu), linkinv = function(eta) 10^(-eta), mu.eta = function(eta) -log(10) * 10^(-eta),
      valideta = function(eta) TRUE, name = "minus log10"))
    found <- as.data.frame(confint(grid, type = type))
    names(found)[3] <- "estimate"
    list(estimate = found$estimate, std_error = found$SE, conf_low = found$lower.CL, conf_high = found$upper.CL)
  }
  list(formula = paste(text, "+ (day | subject)"), fitted = unname(fitted(fit))[c(1, 50, 180)],
       resid = unname(resid(fit))[c(1, 50, 180)], average = unname(predict(fit, re.form = NA))[c(1, 50, 180)],
       link = table("link"), response = if (!grepl("^reaction|^I", text)) table("response"))
}
write_reference(lapply(formulas, record), "scales.json")
