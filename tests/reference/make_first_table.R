# Correlations of persons' means and of deviations from them, with cor.test's p (between) and t on rows - persons - 1
# (within); means, SDs and counts at the first visit by arm: base R, on the shipped trial and survey.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
shipped <- file.path(here, "..", "..", "datasets")

both_levels <- function(frame, id, x, y) {
  d <- frame[!is.na(frame[[x]]) & !is.na(frame[[y]]), ]
  g <- as.character(d[[id]])
  means <- list(x = tapply(d[[x]], g, mean), y = tapply(d[[y]], g, mean))
  apart <- list(x = d[[x]] - ave(d[[x]], g), y = d[[y]] - ave(d[[y]], g))
  test <- cor.test(means$x, means$y)
  r <- cor(apart$x, apart$y); df <- nrow(d) - length(means$x) - 1
  list(between = test$estimate[[1]], between_df = test$parameter[[1]], between_p = test$p.value,
       within = r, within_df = df, within_p = 2 * pt(-abs(r) * sqrt(df / (1 - r^2)), df))
}

trial <- read.csv(file.path(shipped, "trial.csv"))
trial <- trial[!is.na(trial$depression), ]
survey <- read.csv(file.path(shipped, "survey.csv"))
survey <- survey[!is.na(survey$wellbeing), ]
first <- trial[order(trial$patient, trial$week), ]
first <- first[!duplicated(first$patient), ]
write_reference(list(
  trial = both_levels(trial, "patient", "depression", "week"),
  survey = both_levels(survey, "person", "wellbeing", "stress"),
  first = list(
    age_mean = as.list(tapply(first$age, first$arm, mean)), age_sd = as.list(tapply(first$age, first$arm, sd)),
    depression_mean = as.list(tapply(first$depression, first$arm, mean)),
    severe = as.list(tapply(first$severity == "severe", first$arm, sum)), persons = as.list(table(first$arm))
  )
), "first_table.json")
