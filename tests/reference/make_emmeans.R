# Estimated means, slopes, differences and their adjustment by emmeans; tests of several rows and of effects by lmerTest.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(emmeans)})

# ---------------------------------------------------------------- data

make_orthodont <- function() {
  data <- as.data.frame(nlme::Orthodont)
  write_panel(data.frame(subject = as.character(data$Subject), age = data$age, sex = as.character(data$Sex),
                         distance = data$distance), "orthodont.csv")
}

make_three_arms <- function() {
  set.seed(20240503)
  persons <- 90
  arm <- sample(rep(c("placebo", "low", "high"), c(36, 30, 24))); sex <- sample(c("f", "m"), persons, TRUE)
  age <- round(rnorm(persons, 50, 9), 1)
  u <- matrix(rnorm(2 * persons), persons) %*% chol(matrix(c(9, .8, .8, .7), 2))
  shift <- c(placebo = 0, low = .5, high = 1.1)
  rows <- lapply(seq_len(persons), function(i) {
    time <- c(0, sort(sample(1:6, sample(2:5, 1))))
    y <- 30 + .1 * (age[i] - 50) + 1.2 * (sex[i] == "f") + u[i, 1] +
      (.8 + shift[[arm[i]]] + .02 * (age[i] - 50) + u[i, 2]) * time + rnorm(length(time), 0, 1.4)
    data.frame(id = sprintf("Q%03d", i), time = time, arm = arm[i], sex = sex[i], age = age[i], y = round(y, 4))
  })
  write_panel(do.call(rbind, rows), "panel_three_arms.csv")
}

make_orthodont()
make_three_arms()

tight <- function(formula, data) {
  assign("data_of_fit", data, envir = globalenv()); assign("formula_of_fit", formula, envir = globalenv())
  lmerTest::lmer(formula_of_fit, data_of_fit, REML = TRUE,
                 control = quiet_control("nloptwrap", list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12,
                                                           xtol_rel = 1e-12, ftol_abs = 1e-14, ftol_rel = 1e-16,
                                                           maxeval = 1e5)))
}

# ---------------------------------------------------------------- records

tidy <- function(found, keys) {
  frame <- as.data.frame(summary(found, infer = c(TRUE, TRUE)))
  estimate <- intersect(c("emmean", "estimate", grep("\\.trend$", names(frame), value = TRUE)), names(frame))[1]
  out <- lapply(keys, function(key) as.character(frame[[key]])); names(out) <- keys
  c(out, list(estimate = frame[[estimate]], se = frame$SE, df = frame$df, low = frame$lower.CL, high = frame$upper.CL,
              t = frame$t.ratio, p = frame$p.value))
}

adjusted <- function(grid, method, adjusts, by) {
  out <- lapply(adjusts, function(adjust) tidy(contrast(grid, method, by = by, adjust = adjust), c("contrast", by)))
  setNames(out, adjusts)
}

# Means at times by groups, and rates of change by groups, with differences.
marginal <- function(fit, time, at, groups, at_means, ddf) {
  emm_options(lmer.df = ddf)
  all <- setNames(list(at), time)
  formula <- as.formula(paste("~", groups, "|", time))
  grid <- emmeans(fit, formula, at = c(all, at_means))
  trend <- do.call(emtrends, list(fit, as.formula(paste("~", groups)), var = time, at = at_means, delta.var = 1))
  adjusts <- c("none", "holm", "bonferroni", "tukey", "scheffe")
  list(means = tidy(grid, c(groups, time)),
       pairwise = adjusted(grid, "revpairwise", adjusts, time),
       reference = adjusted(grid, "trt.vs.ctrl1", c("none", "holm"), time),
       slopes = tidy(trend, groups),
       slope_pairwise = adjusted(trend, "revpairwise", adjusts, NULL),
       slope_reference = adjusted(trend, "trt.vs.ctrl1", c("none", "holm"), NULL))
}

anova_table <- function(fit, type) {
  frame <- as.data.frame(anova(fit, type = type, ddf = "Satterthwaite"))
  list(term = rownames(frame), df_num = I(frame$NumDF), df_den = I(frame$DenDF), F = I(frame$`F value`),
       p = I(frame$`Pr(>F)`))
}

joint <- function(fit, L, rhs = rep(0, nrow(L))) {
  found <- lmerTest::contestMD(fit, L, rhs = rhs, ddf = "Satterthwaite")
  list(L = L, rhs = I(rhs), df_num = found$NumDF, df_den = found$DenDF, F = found$`F value`, p = found$`Pr(>F)`)
}

averages <- function(data, id, names) {
  first <- data[!duplicated(data[[id]]), ]
  lapply(setNames(names, names), function(name) mean(first[[name]]))
}

# ---------------------------------------------------------------- cases

sleep <- tight(reaction ~ day + (day | subject), read_panel("sleepstudy.csv"))
emm_options(lmer.df = "satterthwaite")
sleep_grid <- emmeans(sleep, ~ day, at = list(day = c(0, 4, 9)))
sleep_record <- list(means = tidy(sleep_grid, "day"),
                     pairwise = adjusted(sleep_grid, "revpairwise", c("none", "tukey", "bonferroni"), NULL))

orthodont <- read_panel("orthodont.csv"); orthodont$sex <- factor(orthodont$sex, c("Male", "Female"))
growth <- tight(distance ~ age * sex + (age | subject), orthodont)

arms <- read_panel("panel_arms.csv"); arms$arm <- factor(arms$arm)
two <- tight(y ~ time * arm + time * age + (time | id), arms)

three <- read_panel("panel_three_arms.csv")
three$arm <- factor(three$arm, c("placebo", "low", "high")); three$sex <- factor(three$sex)
full <- tight(y ~ time * arm * sex + time * age + (time | id), three)
contrasts(three$arm) <- contr.sum; contrasts(three$sex) <- contr.sum
summed <- tight(y ~ time * arm * sex + time * age + (time | id), three)
by_age <- tight(y ~ time * arm * age + sex + (time | id), three)

gap <- three[!(three$arm == "high" & three$sex == "f"), ]
contrasts(gap$arm) <- contr.treatment(3); contrasts(gap$sex) <- contr.treatment(2)
gap$arm <- factor(as.character(gap$arm), c("placebo", "low", "high"))
missing_cell <- quietly(tight(y ~ time * arm * sex + (time | id), gap))
gap_grid <- emmeans(missing_cell, ~ arm * sex, at = list(time = 3))
gap_joint <- as.data.frame(joint_tests(missing_cell, at = list(time = c(0, 1))))

varying <- read_panel("panel_varying.csv")
changing <- tight(y ~ time * x + (time | id), varying)
changing_grid <- emmeans(changing, ~ time, at = list(time = c(0, 3), x = mean(varying$x)))
changing_slope <- emtrends(changing, ~ 1, var = "time", at = list(x = mean(varying$x)), delta.var = 1)

# A curve: means, the average rate from 0 to 6, and the rate at 3 (of a quadratic, that from 2 to 4).
curved <- tight(y ~ (time + I(time^2)) * arm + (time | id), three)
at_times <- function(times) emmeans(curved, ~ arm | time, at = list(time = times))
rate_of <- function(times) {
  grid <- emmeans(curved, ~ time, by = "arm", at = list(time = times))
  tidy(contrast(grid, list(rate = c(-1, 1) / diff(times))), "arm")
}
curve <- list(means = tidy(at_times(c(0, 3, 6)), c("arm", "time")), average = rate_of(c(0, 6)), at3 = rate_of(c(2, 4)))

zero <- function(names) { L <- diag(length(names)); rownames(L) <- names; L }
terms <- names(fixef(full))
rows <- zero(terms)

write_reference(list(
  sleepstudy = sleep_record,
  orthodont = list(satterthwaite = marginal(growth, "age", c(8, 11, 14), "sex", list(), "satterthwaite"),
                   kenward_roger = marginal(growth, "age", c(8, 11, 14), "sex", list(), "kenward-roger")),
  two_arms = list(satterthwaite = marginal(two, "time", c(0, 2.5, 5), "arm", averages(arms, "id", "age"), "satterthwaite"),
                  kenward_roger = marginal(two, "time", c(0, 2.5, 5), "arm", averages(arms, "id", "age"),
                                           "kenward-roger")),
  three_arms = list(satterthwaite = marginal(full, "time", c(0, 3, 6), "arm", averages(three, "id", "age"),
                                             "satterthwaite"),
                    kenward_roger = marginal(full, "time", c(0, 3, 6), "arm", averages(three, "id", "age"),
                                             "kenward-roger")),
  missing_cell = list(means = tidy(gap_grid, c("arm", "sex")), joint_terms = gap_joint$`model term`,
                      joint_df1 = I(gap_joint$df1)),
  varying = list(means = tidy(changing_grid, "time"), slope = tidy(changing_slope, character(0))),
  anova = list(type3 = anova_table(summed, 3), type2 = anova_table(summed, 2), by_age3 = anova_table(by_age, 3),
               by_age2 = anova_table(by_age, 2)),
  curve = curve,
  joint = list(terms = terms,
               slopes = joint(full, rows[c("time:armlow", "time:armhigh"), ]),
               mixed = joint(full, rbind(rows["time:armlow", ] - 2 * rows["time:age", ], rows["armhigh", ],
                                         rows["time", ] + 3 * rows["time:armhigh", ]), c(.5, 0, 1)))
), "emmeans.json")
