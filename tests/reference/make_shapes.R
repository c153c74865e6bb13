# Every shipped data set under linear, quadratic, piecewise and spline shapes, ML and REML (takes some minutes).
# Rscript make_shapes.R [data set ...]: with names, only these are fitted anew, the other records stay as they are.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

shipped <- file.path(here, "..", "..", "datasets")
index <- jsonlite::fromJSON(file.path(shipped, "index.json"), simplifyDataFrame = FALSE)
names(index) <- vapply(index, function(entry) entry$name, "")

load_shipped <- function(name) {
  frame <- read.csv(file.path(shipped, index[[name]]$file), stringsAsFactors = FALSE)
  for (column in names(index[[name]]$levels))
    frame[[column]] <- factor(frame[[column]], levels = unlist(index[[name]]$levels[[column]]))
  frame
}

# ---------------------------------------------------------------- shapes: columns, and which of them vary by default

polynomial <- function(degree, random = NULL) {
  names <- c("intercept", "slope", "quadratic", "cubic", "quartic")[seq_len(degree + 1)]
  list(words = list(kind = "polynomial", degree = degree), random = random, varies = c("intercept", "slope"),
       columns = function(time, origin) {
         columns <- outer(time - origin, 0:degree, `^`)
         colnames(columns) <- names
         columns
       })
}

# Rates before and after the knot; the intercept is the status at the origin.
piecewise <- function(knot, random = NULL) {
  pieces <- function(time) cbind(pmin(time, knot), pmax(time - knot, 0))
  list(words = list(kind = "piecewise", knots = I(knot)), random = random,
       varies = c("intercept", "slope1", "slope2"),
       columns = function(time, origin) {
         columns <- cbind(1, sweep(pieces(time), 2, pieces(origin)))
         colnames(columns) <- c("intercept", "slope1", "slope2")
         columns
       })
}

# Natural cubic spline: R's columns less their values at the origin, where the intercept is the status. What varies
# is a straight line, which lies in their span.
natural_spline <- function(df) {
  list(words = list(kind = "spline", df = df), random = NULL, varies = c("intercept", "slope"),
       columns = function(time, origin) {
         knots <- unname(quantile(unique(time), seq_len(df - 1) / df, type = 7))
         basis <- function(at) unclass(splines::ns(at, knots = knots, Boundary.knots = range(time)))
         columns <- cbind(1, sweep(matrix(basis(time), length(time)), 2, as.vector(basis(origin))))
         colnames(columns) <- c("intercept", paste0("s", seq_len(df)))
         columns
       })
}

shapes_of <- function(knot, df) list(
  linear = polynomial(1),
  quadratic = polynomial(2),
  quadratic_all = polynomial(2, c("intercept", "slope", "quadratic")),
  piecewise = piecewise(knot),
  piecewise_first = piecewise(knot, c("intercept", "slope1")),
  spline = natural_spline(df)
)

studies <- list(
  sleepstudy = list(shapes = shapes_of(3, 4)),
  orthodont = list(shapes = shapes_of(11, 3), predictors = "sex"),
  bodyweight = list(shapes = shapes_of(29, 4), predictors = "diet"),
  chickweight = list(shapes = shapes_of(10, 4), predictors = "diet"),
  oxboys = list(shapes = c(shapes_of(0.25, 4),
                           list(quartic = polynomial(4, c("intercept", "slope", "quadratic"))))),
  trial = list(shapes = shapes_of(4, 3), predictors = "arm"),
  survey = list(shapes = shapes_of(3, 4), predictors = "education"),
  survey_stress = list(data = "survey", shapes = shapes_of(3, 4)[c("linear", "quadratic", "spline")],
                       predictors = "education", covariate = "stress")
)

# ---------------------------------------------------------------- a case

# Each growth parameter times each column of the predictors, named as the package names its terms.
crossed <- function(growth, predictors) {
  blocks <- lapply(colnames(growth), function(parameter) {
    block <- growth[, parameter] * predictors
    colnames(block) <- ifelse(colnames(predictors) == "", parameter, paste0(parameter, ":", colnames(predictors)))
    block
  })
  do.call(cbind, blocks)
}

dummies <- function(frame, name) {
  if (is.null(name)) return(matrix(1, nrow(frame), 1, dimnames = list(NULL, "")))
  columns <- model.matrix(as.formula(paste("~", name)), frame)
  colnames(columns) <- c("", paste0(name, "[", levels(frame[[name]])[-1], "]"))
  columns
}

within_between <- function(values, id, name) {
  mean_of_person <- ave(values, id)
  columns <- cbind(values - mean_of_person, mean_of_person)
  colnames(columns) <- paste0(name, c("_within", "_between"))
  columns
}

shape_case <- function(study_name, shape_name, REML) {
  study <- studies[[study_name]]; shape <- study$shapes[[shape_name]]
  dataset <- if (is.null(study$data)) study_name else study$data
  frame <- load_shipped(dataset); roles <- index[[dataset]]$roles
  time <- frame[[roles$time]]; id <- frame[[roles$id]]; y <- frame[[roles$outcome]]
  origin <- if (min(time) <= 0 && max(time) >= 0) 0 else min(time)

  growth <- shape$columns(time, origin)
  X <- crossed(growth, dummies(frame, study$predictors))
  if (!is.null(study$covariate)) X <- cbind(X, within_between(frame[[study$covariate]], id, study$covariate))
  varying <- if (is.null(shape$random)) shape$varies else shape$random
  Z <- cbind(growth, if (shape$words$kind == "spline") cbind(slope = time - origin))[, varying, drop = FALSE]
  best <- optimum(y, X, Z, id, FALSE, REML)

  values <- sort(unlist(Filter(is.numeric, best$excess)))
  regular <- best$rank == ncol(Z) && sum(values < 1e-8 * abs(best$m2ll)) >= 2
  case <- paste(study_name, shape_name, if (REML) "reml" else "ml", sep = "_")
  message(sprintf("%-40s %.9f rank %d of %d regular %d dense %+.1e", case, best$m2ll, best$rank, ncol(Z), regular,
                  best$dense - best$m2ll))
  list(case = case, study = study_name, data = dataset, method = if (REML) "REML" else "ML", origin = origin,
       shape = shape$words, predictors = study$predictors, covariate = study$covariate,
       random = if (is.null(shape$random)) NULL else I(shape$random),
       n_rows = length(y), n_persons = length(unique(id)), m2ll = best$m2ll, n_params = best$k,
       fixed = list(names = I(colnames(X)), estimate = I(best$beta), se = I(sqrt(diag(best$vcov)))),
       varying = list(names = I(varying), sd = I(sqrt(diag(best$G))), corr = correlations(best$G)),
       sigma = best$sigma, rank = best$rank, regular = regular,
       checks = list(dense_minus_lme4 = best$dense - best$m2ll, excess_of_engine = best$excess))
}

# ---------------------------------------------------------------- all of them

wanted <- commandArgs(trailingOnly = TRUE)
wanted <- if (length(wanted)) wanted else names(studies)
asked <- do.call(rbind, lapply(wanted, function(study)
  expand.grid(study = study, shape = names(studies[[study]]$shapes), REML = c(TRUE, FALSE), stringsAsFactors = FALSE)))
made <- parallel::mclapply(seq_len(nrow(asked)), function(k)
  shape_case(asked$study[k], asked$shape[k], asked$REML[k]), mc.cores = 2, mc.preschedule = FALSE)
made <- by_case(made)
output <- file.path(here, "shapes.json")
kept <- if (file.exists(output)) jsonlite::fromJSON(output, simplifyVector = FALSE) else list()
kept <- Filter(function(record) !(record$study %in% wanted), kept)
all_names <- unlist(lapply(names(studies), function(study) {
  labels <- expand.grid(shape = names(studies[[study]]$shapes), method = c("reml", "ml"))
  paste(study, labels$shape, labels$method, sep = "_")
}))
records <- c(kept, made)
write_reference(records[intersect(all_names, names(records))], "shapes.json")
