# Leaving out each subject of sleepstudy, and each row of two of them: lme4's dfbeta and Cook's distance, and refits by
# lmer with a small tolerance, for tests/test_influence.py:
#   Rscript influence.R > influence.json
suppressMessages(library(lme4))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
told <- function(fit) {
  G <- VarCorr(fit)$Subject
  c(fixef(fit), attr(G, "stddev"), attr(G, "correlation")[2], sigma(fit))
}
fit <- lmer(Reaction ~ Days + (Days | Subject), sleepstudy, control = control)
left <- influence(fit, groups = "Subject")
change <- dfbeta(left)
subjects <- levels(sleepstudy$Subject)
rows <- which(sleepstudy$Subject %in% c("308", "332"))
without <- function(out) told(update(fit, data = sleepstudy[-out, ])) - told(fit)
found <- list(
  subject = rownames(change), intercept = change[, 1], slope = change[, 2], cook = cooks.distance(left),
  subjects = t(sapply(subjects, function(one) without(which(sleepstudy$Subject == one)))), rows = t(sapply(rows, without))
)
cat(jsonlite::toJSON(lapply(found, unname), digits = 10), "\n")
