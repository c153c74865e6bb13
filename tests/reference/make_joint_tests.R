# Type 3 and type 2 tests by lmerTest where the design is not the textbook's: empty cells, rare values, time as a factor,
# functions in formulas, splines, deviations from the person's mean. Other data than those of the package: lmerTest's
# carrots (joint_carrots.csv), and a panel drawn here (joint_panel.csv).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lme4); library(lmerTest)})

carrots <- na.omit(lmerTest::carrots[c("Consumer", "Preference", "sens2", "Frequency", "Income")])
write_panel(data.frame(Consumer = paste0("c", carrots$Consumer), Preference = carrots$Preference,
                       sens2 = carrots$sens2, Frequency = paste0("f", carrots$Frequency),
                       Income = paste0("i", carrots$Income)), "joint_carrots.csv")
carrots <- read_panel("joint_carrots.csv")

set.seed(20241128)
persons <- 100
panel <- do.call(rbind, lapply(seq_len(persons), function(i) {
  u <- rnorm(2) * c(2, .4)
  week <- c(0, sort(sample(1:5, sample(3:5, 1))))
  rate <- c(placebo = .2, low = .5, high = .9)
  arm <- sample(names(rate), 1); sex <- sample(c("f", "m"), 1); site <- sample(c("n", "s", "w"), 1)
  if (arm == "high" && site == "w") site <- "n"
  data.frame(id = sprintf("p%03d", i), week = week, arm = arm, sex = sex, site = site, age = sample(20:69, 1),
             dose = ifelse(runif(length(week)) < .05, sample(1:4, length(week), TRUE), 0),
             stress = round(rnorm(length(week), 5 + u[1] / 2), 3),
             y = round(20 + u[1] + (rate[[arm]] + u[2]) * week + rnorm(length(week)), 3))
}))
write_panel(panel, "joint_panel.csv")
panel <- read_panel("joint_panel.csv")
panel$decade <- panel$age %/% 10
panel$within_stress <- panel$stress - ave(panel$stress, panel$id)

table_of <- function(formula, data, type, factors = character(0)) {
  for (name in factors) data[[name]] <- factor(data[[name]])
  assign("data_of_fit", data, envir = globalenv()); assign("formula_of_fit", formula, envir = globalenv())
  control <- quiet_control("nloptwrap", list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, xtol_rel = 1e-12,
                                             ftol_abs = 1e-14, ftol_rel = 1e-16, maxeval = 1e5))
  fit <- suppressMessages(lmerTest::lmer(formula_of_fit, data_of_fit, REML = TRUE, control = control))
  frame <- as.data.frame(suppressWarnings(suppressMessages(anova(fit, type = type, ddf = "Satterthwaite"))))
  message(format(formula)); print(frame)
  list(type = type, term = I(rownames(frame)), df_num = I(frame$NumDF), df_den = I(frame$DenDF),
       F = I(frame$`F value`), p = I(frame$`Pr(>F)`))
}

both <- function(...) list(table_of(..., type = 3), table_of(..., type = 2))
write_reference(list(
  carrots = both(Preference ~ Frequency * Income * sens2 + (1 | Consumer), carrots),
  empty_cell = both(y ~ week * arm * site + (week | id), panel),
  rare_dose = both(y ~ week * arm + poly(dose, 2) + (week | id), panel),
  decades = both(y ~ week * arm + decade + (week | id), panel, factors = "decade"),
  within = both(y ~ week * arm + within_stress + (week | id), panel),
  weeks = both(y ~ week * arm + (1 | id), panel, factors = "week"),
  weeks_slopes = both(y ~ wave * arm + (week | id), transform(panel, wave = week), factors = "wave"),
  # lmerTest takes a matrix of numbers for a factor when it asks what contains what, so its type 2 is another test here.
  spline = list(table_of(y ~ week * arm + splines::ns(age, knots = c(35, 50)) * sex + (week | id), panel, type = 3))
), "joint_tests.json")
