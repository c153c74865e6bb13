# lme4's REML criteria of what R's users write: factors, products and other curves in the random part, computed outcomes,
# offsets, and R's own functions. One record per formula; `ours` where the formula is written in another way here.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(lme4))

data <- read_panel("sleepstudy.csv")
person <- as.integer(factor(data$subject))
data$sex <- ifelse(person %% 2 == 0, "f", "m")
data$arm <- c("a", "b", "c")[person %% 3 + 1]
data$phase <- ifelse(data$day < 3, "early", ifelse(data$day < 6, "mid", "late"))
data$u <- as.numeric(person %% 2 == 0)
data$dose <- (person * 7) %% 11 + data$day %% 3

fixed <- c("day", "day * sex", "day + phase", "factor(arm) * day", "relevel(factor(arm), ref = \"b\") + day",
           "day + cut(dose, c(-1, 4, 20))", "day + I(dose^2)", "day + poly(dose, 2, raw = TRUE)",
           "day + ifelse(dose > 5, 1, 0)", "day + I(arm %in% c(\"a\", \"b\"))", "day + scale(dose)", "day + log1p(dose)",
           "day + I(dose - mean(dose))", "0 + sex + day", "day + dose:sex")
random <- c("(1 | subject)", "(day | subject)", "(day || subject)", "(0 + sex | subject)", "(0 + phase | subject)",
            "(phase | subject)", "(u + u:day | subject)", "(log(day + 1) | subject)", "(1 | subject) + (0 + dose | subject)")
left <- c("reaction", "log(reaction)", "sqrt(reaction)", "I(reaction / 10)", "reaction - dose")
formulas <- c(outer(fixed, random, function(f, r) paste("reaction ~", f, "+", r)),
              outer(left[-1], random[1:6], function(l, r) paste(l, "~ day +", r)),
              paste("reaction ~ day + offset(dose) +", random[1:6]))

record <- function(text) {
  fit <- suppressMessages(suppressWarnings(lmer(as.formula(text), data, REML = TRUE, control = lmerControl(
    check.nobs.vs.nRE = "ignore", check.conv.singular = "ignore", calc.derivs = FALSE, optimizer = "bobyqa",
    optCtrl = list(rhoend = 1e-8, maxfun = 1e5)))))
  list(formula = text, deviance = unname(REMLcrit(fit)), columns = ncol(getME(fit, "X")),
       random = sum(sapply(getME(fit, "mmList"), ncol)), fitted = unname(fitted(fit))[c(1, 50, 180)])
}
write_reference(lapply(formulas, record), "language.json")
