# The shipped trial as an MMRM by nlme's gls (corSymm and varIdent) and emmeans: means and differences by visit.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(nlme); library(emmeans)})

# The first 120 patients; a patient's place among the visits of the analysis.
read_trial <- function() {
  data <- read.csv(file.path(here, "..", "..", "datasets", "trial.csv"), stringsAsFactors = FALSE)
  data <- data[data$patient %in% unique(data$patient)[1:120], ]
  base <- data[data$week == 0, c("patient", "depression")]
  names(base)[2] <- "base"
  data <- merge(data, base, by = "patient")
  data <- data[order(data$patient, data$week), ]
  data$arm <- relevel(factor(data$arm), "placebo"); data$sex <- factor(data$sex)
  data$change <- data$depression - data$base
  data
}

fit_un <- function(formula, data) {
  data$place <- as.integer(factor(data$week)); data$visit <- factor(data$week)
  assign("data_of_fit", data, envir = globalenv()); assign("formula_of_fit", formula, envir = globalenv())
  control <- glsControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-10, msTol = 1e-12)
  gls(formula_of_fit, data_of_fit, correlation = corSymm(form = ~ place | patient),
      weights = varIdent(form = ~ 1 | place), method = "REML", control = control)
}

tidy <- function(found, level) {
  frame <- as.data.frame(summary(found))
  estimate <- intersect(c("emmean", "estimate"), names(frame))[1]
  list(visit = as.numeric(as.character(frame$visit)), which = as.character(frame[[level]]),
       estimate = frame[[estimate]], se = frame$SE)
}

answers <- function(name, fit) {
  grid <- emmeans(fit, ~ arm | visit, mode = "df.error", data = data_of_fit)
  differences <- contrast(grid, "trt.vs.ctrl", adjust = "none")
  average <- contrast(emmeans(fit, ~ arm, mode = "df.error", data = data_of_fit), "trt.vs.ctrl")
  frame <- as.data.frame(summary(average))
  list(case = name, m2ll = -2 * as.numeric(logLik(fit)), means = tidy(grid, "arm"),
       differences = tidy(differences, "contrast"), average = list(estimate = frame$estimate, se = frame$SE))
}

data <- read_trial()
after <- data[data$week > 0, ]
value <- fit_un(depression ~ visit * arm + visit * base + sex, after)
shares <- as.numeric(prop.table(table(after$sex)))  # emmeans' own frequencies count variance weights of gls
proportional <- emmeans(value, ~ arm | visit, mode = "df.error", data = data_of_fit, weights = shares)
of_value <- list(answers("value", value), list(case = "proportional", means = tidy(proportional, "arm")))
change <- fit_un(change ~ visit * arm + visit * base, after)
of_change <- answers("change", change)

# Differences at the last visit by sex, and whether they differ.
by_sex <- local({
  fit <- fit_un(depression ~ visit * arm * sex + visit * base, after)
  grid <- emmeans(fit, ~ arm | sex, at = list(visit = "16"), mode = "df.error", data = data_of_fit)
  frame <- as.data.frame(summary(contrast(grid, "trt.vs.ctrl")))
  apart <- as.data.frame(summary(contrast(update(grid, by.vars = NULL), interaction = "trt.vs.ctrl", by = NULL)))
  list(case = "by_sex", level = as.character(frame$sex), estimate = frame$estimate, se = frame$SE,
       difference = apart$estimate, difference_se = apart$SE)
})

# cLDA: an effect of the arm at every visit but the first, as columns of its own.
clda <- local({
  for (week in c(2, 4, 8, 12, 16)) data[[paste0("drug", week)]] <- as.numeric(data$week == week & data$arm == "drug")
  fit <- fit_un(depression ~ visit + drug2 + drug4 + drug8 + drug12 + drug16, data)
  places <- paste0("drug", c(2, 4, 8, 12, 16))
  list(case = "clda", m2ll = -2 * as.numeric(logLik(fit)), visit = c(2, 4, 8, 12, 16),
       estimate = unname(coef(fit)[places]), se = unname(sqrt(diag(vcov(fit)))[places]),
       baseline = unname(coef(fit)[1]), baseline_se = unname(sqrt(vcov(fit)[1, 1])),
       change = unname(coef(fit)[paste0("visit", c(2, 4, 8, 12, 16))]),
       change_se = unname(sqrt(diag(vcov(fit)))[paste0("visit", c(2, 4, 8, 12, 16))]))
})

write_reference(by_case(c(of_value, list(of_change, by_sex, clda))), "trial.json")
