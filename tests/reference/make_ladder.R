# Unconditional means, unconditional growth and conditional growth by ML, and the pseudo-R2 of Singer and Willett
# (2003), section 4.4.3, computed from R's fits. Rows with a missing value in any column are left out of all models.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

shipped <- file.path(here, "..", "..", "datasets")

rung <- function(data, id, fixed, random) {
  y <- model.response(model.frame(as.formula(fixed), data))
  X <- model.matrix(as.formula(fixed), data); Z <- model.matrix(as.formula(random), data)
  best <- optimum(y, X, Z, data[[id]], FALSE, FALSE)
  expected <- as.vector(X %*% best$beta)
  list(fixed = fixed, m2ll = best$m2ll, k = best$k, G = unname(best$G), residual = best$sigma^2, names = I(colnames(Z)),
       rows = length(y), persons = length(unique(data[[id]])),
       r2_outcome = if (sd(expected) > 1e-12) cor(y, expected)^2 else NA)
}

ladder <- function(data, id, models) {
  rungs <- Map(function(fixed, random) rung(data, id, fixed, random), models$fixed, models$random)
  means <- rungs[[1]]; growth <- rungs[[2]]
  unname(lapply(seq_along(rungs), function(i) {
    one <- rungs[[i]]
    if (i > 1) one$r2_residual <- 1 - one$residual / means$residual
    same <- seq_along(growth$names)
    if (i > 2) one$r2_variances <- I(1 - diag(one$G)[same] / diag(growth$G))
    one
  }))
}

orthodont <- read.csv(file.path(shipped, "orthodont.csv"))
orthodont$sex <- factor(orthodont$sex, levels = c("Male", "Female")); orthodont$time <- orthodont$age - 8
bodyweight <- read.csv(file.path(shipped, "bodyweight.csv"))
bodyweight$diet <- factor(bodyweight$diet); bodyweight$time <- bodyweight$day - 1
survey <- read.csv(file.path(shipped, "survey.csv"))
survey$education <- factor(survey$education, levels = c("low", "middle", "high")); survey$time <- survey$year
survey$stress[survey$person %% 10 == 0 & survey$wave == 1] <- NA
survey <- survey[complete.cases(survey), ]

write_reference(list(
  orthodont = ladder(orthodont, "subject", list(
    fixed = c("distance ~ 1", "distance ~ time", "distance ~ time * sex"), random = c("~ 1", "~ time", "~ time"))),
  bodyweight = ladder(bodyweight, "rat", list(
    fixed = c("weight ~ 1", "weight ~ time + I(time^2)", "weight ~ (time + I(time^2)) * diet"),
    random = c("~ 1", "~ time", "~ time"))),
  survey = ladder(survey, "person", list(
    fixed = c("wellbeing ~ 1", "wellbeing ~ time", "wellbeing ~ time * education",
              "wellbeing ~ time * education + stress"),
    random = c("~ 1", "~ time", "~ time", "~ time + stress")))
), "ladder.json")
