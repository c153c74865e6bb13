# Nested levels: panels drawn with a fixed seed, fitted by lme4 (tight tolerances) and lmerTest; levels.json.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(4100)

short <- function(x, digits = 7) as.numeric(formatC(x, digits = digits, format = "g"))

# Pupils in classes in schools, seen up to five times; times of waves, or of their own.
nested_panel <- function(schools, classes, pupils, own) {
  class_of <- rep(seq_len(schools * classes), times = sample(pupils, schools * classes, replace = TRUE))
  school_of <- (class_of - 1) %/% classes + 1
  N <- length(class_of)
  frame <- expand.grid(wave = 0:4, pupil = seq_len(N))
  frame <- frame[runif(nrow(frame)) > .15, ]
  p <- frame$pupil
  frame$class <- class_of[p]; frame$school <- school_of[p]
  frame$grade <- if (own) short(frame$wave + runif(nrow(frame), -.4, .4)) else frame$wave
  poor <- rbinom(N, 1, .4); private <- rbinom(schools, 1, .5)
  frame$poor <- poor[p]; frame$private <- private[frame$school]
  us <- cbind(rnorm(schools, sd = 1.5), rnorm(schools, sd = .5))
  uc <- rnorm(schools * classes, sd = 1)
  up <- cbind(rnorm(N, sd = 2), rnorm(N, sd = .7))
  frame$y <- short(20 + 2 * frame$grade - frame$poor + .6 * frame$private * frame$grade + us[frame$school, 1] +
                   us[frame$school, 2] * frame$grade + uc[frame$class] + up[p, 1] + up[p, 2] * frame$grade +
                   rnorm(nrow(frame), sd = 1.2))
  frame$y[frame$school == 2 & frame$wave == 3] <- frame$y[frame$school == 2 & frame$wave == 3] + 1
  frame$ses <- short(rnorm(nrow(frame)))
  frame
}
write_panel(nested_panel(14, 3, 3:6, FALSE), "levels_waves.csv")
write_panel(nested_panel(10, 2, 4:7, TRUE), "levels_own.csv")

control <- function(optimizer) lmerControl(optimizer = optimizer, optCtrl = list(rhoend = 1e-10, maxfun = 1e6, xtol_abs = 1e-10, ftol_abs = 1e-12, maxeval = 1e5), calc.derivs = FALSE)
lowest <- function(formula, data, REML) {
  fits <- lapply(c("bobyqa", "Nelder_Mead", "nloptwrap"), function(o) suppressMessages(suppressWarnings(
    lmerTest::lmer(formula, data, REML = REML, control = control(o)))))
  fits[[which.min(sapply(fits, function(f) -2 * as.numeric(logLik(f))))]]
}
one <- function(case, file, formula, REML, kr = FALSE) {
  data <- read_panel(file)
  fit <- lowest(as.formula(formula), data, REML)
  table <- coef(summary(fit))
  vc <- as.data.frame(VarCorr(fit))
  random <- ranef(fit, condVar = TRUE)
  out <- list(case = case, data = file, formula = formula, reml = REML, deviance = -2 * as.numeric(logLik(fit)),
       beta = as.list(setNames(table[, 1], rownames(table))), se = as.list(setNames(table[, 2], rownames(table))),
       df = as.list(setNames(table[, 3], rownames(table))), components = vc[, c("grp", "var1", "var2", "sdcor")],
       singular = isSingular(fit),
       units = lapply(random, function(r) list(id = rownames(r), values = as.matrix(r),
         variance = if (is.array(attr(r, "postVar"))) apply(attr(r, "postVar"), 3, diag) else NULL)))
  if (kr) {
    k <- coef(summary(fit, ddf = "Kenward-Roger"))
    out$kr_se <- as.list(setNames(k[, 2], rownames(k))); out$kr_df <- as.list(setNames(k[, 3], rownames(k)))
  }
  out
}
cases <- list()
for (file in c("levels_waves.csv", "levels_own.csv")) {
  kind <- sub("levels_(.*).csv", "\\1", file)
  for (REML in c(TRUE, FALSE)) {
    m <- if (REML) "reml" else "ml"
    add <- function(name, formula, kr = FALSE) cases[[length(cases) + 1]] <<- one(paste(kind, name, m, sep = "-"), file, formula, REML, kr)
    add("slopes", "y ~ grade * private + poor + (grade | school) + (grade | pupil)", kr = REML)
    add("three", "y ~ grade * private + poor + (grade | school) + (1 | class) + (grade | pupil)", kr = REML)
    add("intercepts", "y ~ grade + poor + (1 | school/class/pupil)")
    add("diagonal", "y ~ grade + (grade || school) + (grade | pupil)")
    add("slope-above", "y ~ grade + (0 + grade | school) + (1 | pupil)")
    add("covariate", "y ~ grade + ses + (ses | school) + (grade | pupil)")
    add("school-only", "y ~ grade * poor + (grade | school)")
  }
}
write_reference(cases, "levels.json")
