# lme4 on random parts with factors, products and groups of two columns: estimates, errors, variances and fitted
# values (with persons' random effects and without) by REML and ML.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(lme4))

sleep <- read_panel("sleepstudy.csv")
sleep <- sleep[-c(5, 23, 24, 77, 101, 102, 103, 160), ]
person <- as.integer(factor(sleep$subject))
sleep <- transform(sleep, subject = factor(subject), sex = factor(ifelse(person %% 2 == 0, "f", "m")),
                   phase = factor(ifelse(day < 3, "early", ifelse(day < 6, "mid", "late"))),
                   site = factor(person %% 3), number = factor(person %/% 3), dose = (person * 7) %% 11 + day %% 3)
control <- lmerControl("nloptwrap", calc.derivs = FALSE, optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12,
  xtol_rel = 1e-12, ftol_abs = 1e-14, ftol_rel = 1e-16, maxeval = 1e5), check.conv.singular = "ignore")
formulas <- c("reaction ~ day + (day | site:number)", "reaction ~ day + phase + (phase | subject)",
              "reaction ~ day * sex + (0 + sex | subject)", "reaction ~ day + dose + (dose | subject)",
              "reaction ~ day * dose + (dose + dose:day || subject)", "reaction ~ day * sex + (0 + sex + sex:day | subject)")
record <- list()
for (formula in formulas) for (reml in c(TRUE, FALSE)) {
  fit <- lmer(as.formula(formula), sleep, REML = reml, control = control)
  record[[length(record) + 1]] <- list(
    formula = formula, method = if (reml) "reml" else "ml", deviance = as.numeric(-2 * logLik(fit)),
    estimate = sort(as.numeric(fixef(fit))), se = sort(as.numeric(sqrt(diag(as.matrix(vcov(fit)))))),
    sd = sort(subset(as.data.frame(VarCorr(fit)), is.na(var2))$sdcor),
    fitted = as.numeric(fitted(fit))[c(1, 40, 90, 172)], average = as.numeric(predict(fit, re.form = NA))[c(1, 40, 90, 172)])
}
write_reference(record, "random_terms.json")
