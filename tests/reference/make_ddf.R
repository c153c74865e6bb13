# Degrees of freedom, Kenward-Roger and cluster-robust errors of the data sets of the field: lmerTest, pbkrtest, nlme and
# clubSandwich on a fit with standardised X, Z and y (see README.md); every answer is mapped back to the data as coded.
# lmerTest's df come from numerical derivatives: df_dense is the same in closed form (common.R).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(clubSandwich))

read_set <- function(name, factors) {
  frame <- read.csv(file.path(here, "..", "..", "datasets", paste0(name, ".csv")), stringsAsFactors = TRUE)
  for (column in factors) frame[[column]] <- factor(frame[[column]])
  frame
}

# A fit whose fixed effects are L beta = (s L B) beta_s exactly: y is scaled only.
scaled_fit <- function(data, fixed, random, id, REML) {
  y <- model.response(model.frame(fixed, data)); X <- model.matrix(fixed, data); Z <- model.matrix(random, data)
  std <- standardise(y, X, Z, FALSE)
  std$y <- y / std$s
  formula <- standardised_formula(ncol(X), ncol(Z), FALSE)
  found <- search_optimum(formula, standardised_frame(std, data[[id]]), REML)
  list(fit = fit_at(formula, found$theta, REML), back = std$s * std$B, std = std, names = colnames(X),
       y = y, X = X, Z = Z, id = data[[id]])
}

joint_rows <- function(p) diag(p)[-1, , drop = FALSE]

kenward_roger_of <- function(f) {
  adjusted <- pbkrtest::vcovAdj(f$fit)
  vcov <- f$back %*% as.matrix(adjusted) %*% t(f$back)
  test <- pbkrtest::KRmodcomp(f$fit, joint_rows(ncol(f$X)) %*% f$back)$test["Ftest", ]
  list(se = I(sqrt(diag(vcov))), vcov = unname(vcov),
       df = I(apply(f$back, 1, function(l) pbkrtest::Lb_ddf(l, stats::vcov(f$fit), adjusted))),
       joint = list(statistic = test$stat, df_num = test$ndf, df_den = test$ddf, p_value = test$p.value))
}

satterthwaite_of <- function(f, REML) {
  joint <- lmerTest::contestMD(f$fit, joint_rows(ncol(f$X)) %*% f$back)
  G <- lme4::VarCorr(f$fit)[[1]]
  G <- f$std$s^2 * f$std$C %*% G %*% t(f$std$C)
  list(df = I(apply(f$back, 1, function(l) lmerTest::contest1D(f$fit, l)$df)),
       df_dense = I(satterthwaite_dense(f$y, f$X, f$Z, f$id, G, (f$std$s * stats::sigma(f$fit))^2, REML, FALSE)),
       joint = list(statistic = joint[["F value"]], df_num = joint$NumDF, df_den = joint$DenDF,
                    p_value = joint[["Pr(>F)"]]))
}

robust_of <- function(f, type) {
  V <- vcovCR(f$fit, type = type)
  table <- linear_contrast(f$fit, vcov = V, contrasts = f$back, test = "Satterthwaite", p_values = TRUE)
  joint <- Wald_test(f$fit, constraints = joint_rows(ncol(f$X)) %*% f$back, vcov = V, test = "HTZ")
  list(se = I(table$SE), df = I(table$df), p_value = I(table$p_val),
       vcov = unname(f$back %*% as.matrix(V) %*% t(f$back)),
       joint = list(statistic = joint$Fstat, df_num = joint$df_num, df_den = joint$df_denom, p_value = joint$p_val))
}

nlme_df <- function(data, fixed, random, id) {
  data$id <- factor(data[[id]])
  fit <- nlme::lme(fixed, data, random = list(id = nlme::pdSymm(random)),
                   control = nlme::lmeControl(opt = "optim", returnObject = TRUE))
  I(unname(fit$fixDF$X))
}

record <- function(case, set, fixed, random, id, factors = character(), file = NULL, rows = NULL) {
  data <- if (is.null(file)) read_set(set, factors) else read_panel(file)
  if (!is.null(rows)) data <- droplevels(data[seq_len(rows), ])
  f <- scaled_fit(data, fixed, random, id, TRUE)
  out <- list(case = case, data = if (is.null(file)) set else file, rows = nrow(data), names = I(f$names),
              formula = paste(deparse(fixed), "+ (", deparse(random[[2]]), "|", id, ")"),
              estimate = I(as.vector(f$back %*% lme4::fixef(f$fit))),
              se = I(sqrt(diag(f$back %*% as.matrix(stats::vcov(f$fit)) %*% t(f$back)))),
              satterthwaite = satterthwaite_of(f, TRUE), kenward_roger = kenward_roger_of(f),
              nlme_df = nlme_df(data, fixed, random, id),
              CR0 = robust_of(f, "CR0"), CR1 = robust_of(f, "CR1"), CR2 = robust_of(f, "CR2"))
  message(case)
  out
}

cases <- list(
  record("sleepstudy", "sleepstudy", reaction ~ day, ~ day, "subject"),
  record("sleepstudy_intercept", "sleepstudy", reaction ~ day, ~ 1, "subject"),
  record("unbalanced", NULL, reaction ~ day, ~ day, "subject", file = "sleepstudy_unbalanced.csv"),
  record("unbalanced_intercept", NULL, reaction ~ day, ~ 1, "subject", file = "sleepstudy_unbalanced.csv"),
  record("orthodont", "orthodont", distance ~ age * sex, ~ age, "subject"),
  record("orthodont_intercept", "orthodont", distance ~ age * sex, ~ 1, "subject"),
  record("bodyweight", "bodyweight", weight ~ day * diet, ~ day, "rat", "diet"),
  record("chickweight", "chickweight", weight ~ day * diet, ~ day, "chick", "diet"),
  record("varying", NULL, y ~ time + x, ~ time + x, "id", file = "panel_varying.csv"),
  # pbkrtest makes n by n matrices: minutes with a fast BLAS, hours without
  record("trial", "trial", depression ~ week * arm, ~ week, "patient"))
write_reference(by_case(cases), "ddf.json")
