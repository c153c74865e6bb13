# G of its own in every group of persons: lme4 with a block of dummy-coded random effects for each group, REML and ML.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
library(lme4)

strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 2e5), calc.derivs = FALSE,
                      check.conv.singular = "ignore")

fitted_case <- function(dataset, id, time, outcome, group, method) {
  data <- read.csv(file.path(here, "..", "..", "datasets", paste0(dataset, ".csv")), stringsAsFactors = FALSE)
  levels <- sort(unique(data[[group]]))
  frame <- data.frame(id = data[[id]], t = data[[time]], y = data[[outcome]], g = factor(data[[group]], levels = levels),
                      g1 = as.numeric(data[[group]] == levels[1]), g2 = as.numeric(data[[group]] == levels[2]))
  frame <- frame[!is.na(frame$y), ]
  fit <- lmer(y ~ t * g + (0 + g1 + g1:t | id) + (0 + g2 + g2:t | id), frame, REML = method == "REML",
              control = strict)
  blocks <- lapply(VarCorr(fit), function(block) c(attr(block, "stddev"), attr(block, "correlation")[1, 2]))
  list(case = paste(dataset, method), dataset = dataset, id = id, time = time, outcome = outcome, group = group,
       method = method, deviance = -2 * as.numeric(logLik(fit)), fixed = I(unname(fixef(fit))),
       se = I(unname(sqrt(diag(as.matrix(vcov(fit)))))), blocks = unname(lapply(blocks, unname)), residual = sigma(fit))
}

cases <- list()
for (method in c("REML", "ML")) {
  cases <- c(cases, list(fitted_case("orthodont", "subject", "age", "distance", "sex", method),
                         fitted_case("trial", "patient", "week", "depression", "arm", method)))
}
write_reference(by_case(cases), "by_group.json")
