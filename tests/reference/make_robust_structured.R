# Robust standard errors (CR0, CR1, CR2 with Satterthwaite df) of models with residual structures, by clubSandwich on nlme.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages({library(nlme); library(clubSandwich)})
shipped <- file.path(here, "..", "..", "datasets")

orthodont <- read.csv(file.path(shipped, "orthodont.csv"))
orthodont <- orthodont[((seq_len(nrow(orthodont)) - 1) * 7) %% 10 < 8, ]   # a fixed pattern of missed visits
orthodont$subject <- factor(orthodont$subject, unique(orthodont$subject))
orthodont$wave <- match(orthodont$age, c(8, 10, 12, 14))
orthodont$girl <- as.numeric(tolower(orthodont$sex) == "female")
rats <- read.csv(file.path(shipped, "bodyweight.csv"))
rats$rat <- factor(rats$rat, unique(rats$rat))
tight <- list(msMaxIter = 500, maxIter = 500, tolerance = 1e-10, msTol = 1e-12, returnObject = TRUE)

fits <- list(
  gls_ar1 = gls(distance ~ girl * age, orthodont, correlation = corAR1(form = ~ wave | subject), control = do.call(glsControl, tight)),
  gls_un = gls(distance ~ girl * age, orthodont, correlation = corSymm(form = ~ wave | subject),
               weights = varIdent(form = ~ 1 | wave), control = do.call(glsControl, tight)),
  gls_car1 = gls(weight ~ day, rats, correlation = corCAR1(form = ~ day | rat), control = do.call(glsControl, tight)),
  lme_ar1 = lme(distance ~ girl * age, orthodont, random = ~ 1 | subject, correlation = corAR1(form = ~ wave | subject),
                control = do.call(lmeControl, c(tight, opt = "optim")))
)

out <- lapply(fits, function(fit) {
  found <- lapply(c(CR0 = "CR0", CR1 = "CR1", CR2 = "CR2"), function(type) {
    vcov <- vcovCR(fit, type = type)
    tests <- coef_test(fit, vcov = vcov, test = "Satterthwaite")
    list(se = tests$SE, df = tests$df_Satt)
  })
  c(found, list(terms = names(if (inherits(fit, "lme")) fixef(fit) else coef(fit)), deviance = -2 * as.numeric(logLik(fit))))
})
write_reference(out, "robust_structured.json")
