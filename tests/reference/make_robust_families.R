# Robust standard errors (CR0, CR1, CR2 with Satterthwaite df) of glm fits, clustered by patient, by clubSandwich.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressMessages(library(clubSandwich))

trial <- read.csv(file.path(here, "..", "..", "datasets", "trial.csv"))
trial <- trial[trial$patient %in% unique(trial$patient)[1:24], ]
trial$well <- as.numeric(trial$depression < 25)
trial$crises <- floor(trial$depression / 8)
tight <- glm.control(epsilon = 1e-14, maxit = 100)
fits <- list(
  binomial = glm(well ~ arm + age, binomial, trial, control = tight),
  poisson = glm(crises ~ arm + age, poisson, trial, control = tight)
)
out <- lapply(fits, function(fit) {
  found <- lapply(c(CR0 = "CR0", CR1 = "CR1", CR2 = "CR2"), function(type) {
    tests <- coef_test(fit, vcov = type, cluster = trial$patient, test = "Satterthwaite")
    list(se = tests$SE, df = tests$df_Satt)
  })
  c(found, list(terms = names(coef(fit)), estimates = unname(coef(fit))))
})
write_reference(out, "robust_families.json")
