# Crossed factors: pupils with another teacher each year, drawn with a fixed seed, by lme4 and lmerTest; crossed.json.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(4200)
short <- function(x, digits = 7) as.numeric(formatC(x, digits = digits, format = "g"))
N <- 60
frame <- expand.grid(grade = 0:3, pupil = seq_len(N))
frame$teacher <- sample(9, nrow(frame), replace = TRUE)
frame$school <- (frame$pupil - 1) %% 7 + 1
frame$primary <- (frame$pupil - 1) %/% 5 + 1
frame <- frame[runif(nrow(frame)) > .1, ]
poor <- rbinom(N, 1, .4)
frame$poor <- poor[frame$pupil]
up <- cbind(rnorm(N, sd = 1.5), rnorm(N, sd = .6)); ut <- cbind(rnorm(9, sd = 1), rnorm(9, sd = .4)); us <- rnorm(7, sd = .8)
frame$y <- short(10 + 1.5 * frame$grade - frame$poor + up[frame$pupil, 1] + up[frame$pupil, 2] * frame$grade +
                 ut[frame$teacher, 1] + ut[frame$teacher, 2] * frame$grade + us[frame$school] + rnorm(nrow(frame)))
write_panel(frame, "levels_crossed.csv")
control <- function(o) lmerControl(optimizer = o, optCtrl = list(rhoend = 1e-10, maxfun = 1e6, xtol_abs = 1e-10, ftol_abs = 1e-12, maxeval = 1e5), calc.derivs = FALSE)
data <- read_panel("levels_crossed.csv")
one <- function(case, formula, REML) {
  fits <- lapply(c("bobyqa", "Nelder_Mead", "nloptwrap"), function(o) suppressMessages(suppressWarnings(
    lmerTest::lmer(as.formula(formula), data, REML = REML, control = control(o)))))
  fit <- fits[[which.min(sapply(fits, function(f) -2 * as.numeric(logLik(f))))]]
  table <- coef(summary(fit)); k <- if (REML && !isSingular(fit)) coef(summary(fit, ddf = "Kenward-Roger")) else NULL
  list(case = case, formula = formula, reml = REML, deviance = -2 * as.numeric(logLik(fit)), singular = isSingular(fit),
       beta = as.list(setNames(table[, 1], rownames(table))), se = as.list(setNames(table[, 2], rownames(table))),
       df = as.list(setNames(table[, 3], rownames(table))),
       kr_se = if (is.null(k)) NULL else as.list(setNames(k[, 2], rownames(k))),
       kr_df = if (is.null(k)) NULL else as.list(setNames(k[, 3], rownames(k))),
       components = as.data.frame(VarCorr(fit))[, c("grp", "var1", "var2", "sdcor")],
       units = lapply(ranef(fit), function(r) list(id = rownames(r), values = as.matrix(r))))
}
formulas <- c(
  intercepts = "y ~ grade + poor + (1 | pupil) + (1 | teacher)",
  slopes = "y ~ grade + poor + (grade | pupil) + (grade | teacher)",
  three = "y ~ grade + poor + (grade | pupil) + (1 | school) + (1 | teacher)",
  above = "y ~ grade * poor + (1 | pupil) + (1 | primary) + (1 | school)",
  diagonal = "y ~ grade + (1 | pupil) + (grade || teacher)")
cases <- list()
for (name in names(formulas)) for (REML in c(TRUE, FALSE))
  cases[[length(cases) + 1]] <- one(paste(name, if (REML) "reml" else "ml", sep = "-"), formulas[[name]], REML)
write_reference(cases, "crossed.json")
