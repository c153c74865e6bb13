# Rubin's rules by mice and mitml. Fifteen outcomes of sleepstudy are taken away and imputed five times (normal draws
# about each person's own line, fixed seed); lme4 fits each file by REML.
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
suppressPackageStartupMessages({library(lme4); library(mice); library(mitml); library(jsonlite)})
RNGversion("4.0.0"); set.seed(1804)
data <- read.csv(file.path(here, "sleepstudy.csv"))
names(data) <- tolower(names(data))
gone <- sort(sample(nrow(data), 15))
lines <- lmList(reaction ~ day | subject, data[-gone, ])
imputed <- do.call(rbind, lapply(1:5, function(k) {
  one <- data
  expected <- predict(lines, newdata = data[gone, ])
  one$reaction[gone] <- round(expected + rnorm(length(gone), 0, 30), 3)
  cbind(imputation = k, one)
}))
write.csv(imputed, file.path(here, "sleepstudy_imputed.csv"), row.names = FALSE)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 2e-4, rhoend = 2e-9, maxfun = 1e5))
fits <- lapply(split(imputed, imputed$imputation), function(one) {
  lmer(reaction ~ day + (day | subject), one, REML = TRUE, control = control)
})
numbers <- function(x) setNames(lapply(seq_len(nrow(x)), function(i) as.list(x[i, ])), rownames(x))
large <- testEstimates(fits, extra.pars = TRUE)
small <- testEstimates(fits, df.com = 178)
Q <- sapply(fits, fixef); U <- sapply(fits, function(f) diag(as.matrix(vcov(f))))
scalar <- lapply(rownames(Q), function(term) {
  found <- pool.scalar(Q[term, ], U[term, ], n = 180, k = 2)
  found[c("qbar", "ubar", "b", "t", "df", "r", "fmi")]
})
names(scalar) <- rownames(Q)
constraints <- c("(Intercept) - 250", "day - 10")
together <- lapply(list(large = NULL, small = 178), function(df) {
  as.list(testConstraints(fits, constraints = constraints, method = "D1", df.com = df)$test[1, ])
})
L <- c(1, 9)
mean9 <- pool.scalar(colSums(L * Q), sapply(fits, function(f) as.numeric(t(L) %*% as.matrix(vcov(f)) %*% L)), n = 180, k = 2)
# The five means of SAS's manual (MIANALYZE, "Reading Means and Standard Errors"), with 30 df of complete data.
manual <- list(
  oxygen = list(Q = c(47.0120, 47.2407, 47.4995, 47.1485, 47.0042), SE = c(.95984, .93540, 1.00766, .95439, .96528)),
  run_time = list(Q = c(10.4441, 10.5040, 10.5922, 10.5279, 10.4913), SE = c(.28520, .26661, .26302, .26405, .27275)),
  run_pulse = list(Q = c(171.216, 171.244, 171.909, 171.146, 172.072), SE = c(1.5991, 1.75638, 1.85795, 1.75011, 1.84807))
)
manual <- lapply(manual, function(one) {
  c(one, pool.scalar(one$Q, one$SE^2, n = 31, k = 1)[c("qbar", "ubar", "b", "t", "df", "r", "fmi")])
})
answer <- list(
  versions = list(R = as.character(getRversion()), mice = as.character(packageVersion("mice")),
                  mitml = as.character(packageVersion("mitml")), lme4 = as.character(packageVersion("lme4"))),
  mitml = list(rubin = numbers(large$estimates), barnard_rubin = numbers(small$estimates),
               extra = as.list(large$extra.pars[, 1])),
  mice = scalar, manual = manual, together = together, mean9 = mean9[c("qbar", "ubar", "b", "t", "df", "r", "fmi")]
)
write_json(answer, file.path(here, "pooled.json"), digits = 15, auto_unbox = TRUE, pretty = TRUE)
