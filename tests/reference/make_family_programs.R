# Runs the programs that fit.code("r") wrote for outcomes that are not normal (tests/programs/family_cases.py).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
run <- function(path) {
  folder <- tempfile(); dir.create(folder)
  file.copy(file.path(here, "panel_outcomes.csv"), file.path(folder, "data.csv"))
  old <- setwd(folder); on.exit(setwd(old))
  place <- new.env(parent = globalenv())
  capture.output(suppressMessages(suppressWarnings(source(path, local = place))))
  fit <- place$fit
  beta <- if (inherits(fit, "glmmTMB")) glmmTMB::fixef(fit)$cond else if (inherits(fit, "clmm")) fit$beta else lme4::fixef(fit)
  list(deviance = -2 * as.numeric(logLik(fit)), names = names(beta), beta = unname(beta))
}
files <- sort(normalizePath(Sys.glob(file.path(here, "family_programs", "*.R"))))
write_reference(setNames(lapply(files, run), sub("\\.R$", "", basename(files))), "family_programs.json")
