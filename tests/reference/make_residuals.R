# Residual structures by nlme (gls without random effects, lme with them) on shipped data, complete and with missed visits.
# The better of several starts and of two optimisers; -2 log (restricted) likelihood, fixed effects, standard errors.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages(library(nlme))
shipped <- file.path(here, "..", "..", "datasets")

prepared <- function(file, id, time, outcome, missed) {
  frame <- read.csv(file.path(shipped, file), stringsAsFactors = FALSE)
  d <- data.frame(id = factor(frame[[id]], unique(frame[[id]])), t = frame[[time]], y = frame[[outcome]])
  d <- d[!is.na(d$y), ]
  if (missed) d <- d[((seq_len(nrow(d)) - 1) * 7) %% 10 < 7, ]   # a fixed pattern of missed visits
  times <- sort(unique(d$t))
  d$wave <- match(d$t, times)
  d$visit <- factor(d$wave)
  d$above <- d$t - min(d$t) + 1
  d
}

panels <- list(
  sleepstudy = prepared("sleepstudy.csv", "subject", "day", "reaction", FALSE),
  sleepstudy_missed = prepared("sleepstudy.csv", "subject", "day", "reaction", TRUE),
  orthodont = prepared("orthodont.csv", "subject", "age", "distance", FALSE),
  orthodont_missed = prepared("orthodont.csv", "subject", "age", "distance", TRUE),
  trial = prepared("trial.csv", "patient", "week", "depression", FALSE),
  bodyweight = prepared("bodyweight.csv", "rat", "day", "weight", FALSE)
)

structures <- function(d) {
  m <- nlevels(d$visit)
  by_visit <- varIdent(form = ~ 1 | visit)
  found <- list(
    het = list(weights = by_visit),
    cs = list(correlation = corCompSymm(form = ~ 1 | id)),
    csh = list(correlation = corCompSymm(form = ~ 1 | id), weights = by_visit),
    ar1 = list(correlation = corAR1(form = ~ wave | id)),
    arh1 = list(correlation = corAR1(form = ~ wave | id), weights = by_visit),
    arma11 = list(correlation = corARMA(form = ~ wave | id, p = 1, q = 1)),
    car1 = list(correlation = corCAR1(form = ~ t | id)),
    exp = list(correlation = corExp(form = ~ t | id)),
    exp_nugget = list(correlation = corExp(form = ~ t | id, nugget = TRUE)),
    gau = list(correlation = corGaus(form = ~ t | id)),
    "exp-variance" = list(weights = varExp(form = ~ t)),
    "power-variance" = list(weights = varPower(form = ~ above))
  )
  if (m <= 5) found$un <- list(correlation = corSymm(form = ~ wave | id), weights = by_visit)
  found
}

quiet <- function(expression) suppressWarnings(tryCatch(expression, error = function(e) NULL))

# optim runs off to a range of 1e30 of the Gaussian correlation, where nlme's likelihood is that of a singular matrix.
fitted_by <- function(d, random, structure, method, optimisers = c("nlminb", "optim")) {
  fits <- list()
  for (optimiser in optimisers) {
    fit <- if (is.null(random)) {
      control <- glsControl(opt = optimiser, maxIter = 500, msMaxIter = 2000, tolerance = 1e-12, msTol = 1e-14)
      quiet(do.call(gls, c(list(y ~ t, data = d, method = method, control = control), structure)))
    } else {
      control <- lmeControl(opt = optimiser, maxIter = 500, msMaxIter = 2000, niterEM = 50, tolerance = 1e-12,
                            msTol = 1e-14, returnObject = TRUE)
      quiet(do.call(lme, c(list(y ~ t, data = d, random = random, method = method, control = control), structure)))
    }
    if (!is.null(fit)) fits <- c(fits, list(fit))
  }
  if (!length(fits)) return(NULL)
  fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
}

cases <- list()
for (panel in names(panels)) {
  d <- panels[[panel]]
  known <- structures(d)
  for (name in names(known)) for (method in c("REML", "ML")) for (random in c("none", "intercept")) {
    if (random == "intercept" && !(name %in% c("ar1", "car1", "het", "exp-variance", "arh1"))) next
    fit <- fitted_by(d, if (random == "none") NULL else ~ 1 | id, known[[name]], method,
                     if (name == "gau") "nlminb" else c("nlminb", "optim"))
    if (is.null(fit)) { message(panel, " ", name, " ", method, " ", random, ": no fit"); next }
    beta <- if (random == "none") coef(fit) else fixef(fit)
    cases <- c(cases, list(list(
      panel = panel, structure = name, method = method, random = random, deviance = -2 * as.numeric(logLik(fit)),
      beta = unname(beta), std_error = unname(sqrt(diag(vcov(fit)))), sigma = fit$sigma)))
  }
}
write_reference(list(r = R.version.string, nlme = as.character(packageVersion("nlme")), cases = cases), "residuals.json")
