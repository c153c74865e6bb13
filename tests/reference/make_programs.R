# Runs the programs that fit.code("r") wrote (tests/programs/cases.py puts them into programs/, called DATASET.CASE.R) on
# the shipped data, or the panels beside this file: -2 log likelihood, fixed effects with their names in R, standard errors.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages({library(lme4); library(nlme)})

run <- function(path) {
  parts <- strsplit(basename(path), ".", fixed = TRUE)[[1]]
  folder <- tempfile(); dir.create(folder)
  files <- file.path(here, c("../../datasets", "."), paste0(parts[1], ".csv"))
  file.copy(files[file.exists(files)][1], file.path(folder, "data.csv"))
  old <- setwd(folder); on.exit(setwd(old))
  place <- new.env()
  capture.output(suppressMessages(suppressWarnings(source(path, local = place))))
  fit <- place$fit
  beta <- if (inherits(fit, "gls")) coef(fit) else fixef(fit)
  list(case = parts[2], deviance = -2 * as.numeric(logLik(fit)), names = names(beta), beta = unname(beta),
       std_error = unname(sqrt(diag(as.matrix(vcov(fit))))))
}

files <- sort(normalizePath(Sys.glob(file.path(here, "programs", "*.R"))))
cases <- list()
for (file in files) {
  found <- tryCatch(run(file), error = function(e) { message(basename(file), ": ", conditionMessage(e)); NULL })
  if (!is.null(found)) cases <- c(cases, list(found))
}
write_reference(list(r = R.version.string, lme4 = as.character(packageVersion("lme4")),
                     nlme = as.character(packageVersion("nlme")), cases = cases), "programs.json")
