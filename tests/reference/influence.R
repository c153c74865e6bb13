# Leaving out each subject of sleepstudy: lme4's dfbeta and Cook's distance, for tests/test_levels_influence.py:
#   Rscript influence.R > influence.json
suppressMessages(library(lme4))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9))
fit <- lmer(Reaction ~ Days + (Days | Subject), sleepstudy, control = control)
left <- influence(fit, groups = "Subject")
change <- dfbeta(left)
found <- list(subject = rownames(change), intercept = change[, 1], slope = change[, 2], cook = unname(cooks.distance(left)))
cat(jsonlite::toJSON(lapply(found, unname), digits = 10), "\n")
