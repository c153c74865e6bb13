# Who drops out of the shipped trial and survey: a person-period file made by a loop over persons, glm() with an intercept
# for each visit on the standardised last outcome, Welch's t of completers and dropouts, and standardised differences.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
shipped <- file.path(here, "..", "..", "datasets")

person_periods <- function(d, id, wave, y, keep) {
  waves <- sort(unique(d[[wave]])); out <- list()
  for (one in split(d, d[[id]])) {
    one <- one[order(one[[wave]]), ]
    seen <- waves %in% one[[wave]]; first <- which(seen)[1]; last <- max(which(seen))
    for (k in seq_along(waves)) if (k > first && k <= last + 1) {
      before <- one[one[[wave]] == waves[max(which(seen & seq_along(waves) < k))], ]
      out[[length(out) + 1]] <- data.frame(before[1, keep, drop = FALSE], visit = waves[k], last = before[[y]][1],
                                           event = as.integer(k == last + 1))
    }
  }
  do.call(rbind, out)
}

coefficients_of <- function(fit) {
  fit <- update(fit, start = coef(fit))  # standard errors of glm() are of the iterate before the last
  found <- summary(fit)$coefficients
  found <- found[!grepl("^factor|Intercept", rownames(found)), , drop = FALSE]
  ends <- confint.default(fit)[rownames(found), , drop = FALSE]
  list(estimate = unname(found[, 1]), std_error = unname(found[, 2]), p_value = unname(found[, 4]),
       odds_ratio = unname(exp(found[, 1])), low = unname(exp(ends[, 1])), high = unname(exp(ends[, 2])))
}

compared <- function(stayed, left) {
  test <- t.test(left, stayed)
  list(difference = mean(left) - mean(stayed), std_error = test$stderr, df = unname(test$parameter),
       p_value = test$p.value, low = test$conf.int[1], high = test$conf.int[2],
       standardised = (mean(left) - mean(stayed)) / sqrt((var(left) + var(stayed)) / 2),
       stayed = length(stayed), left = length(left))
}

own_slopes <- function(d, id, time, y) {
  lines <- lapply(split(d, d[[id]]), function(one)
    if (length(unique(one[[time]])) > 1) unname(coef(lm(one[[y]] ~ one[[time]]))[2]) else NA)
  unlist(lines)
}

both <- function(d, id, wave, time, y) {
  d <- d[order(d[[id]], d[[wave]]), ]
  last <- tapply(d[[wave]], d[[id]], max); left <- last < max(d[[wave]])
  first <- tapply(d[[y]], d[[id]], function(v) v[1])
  slopes <- own_slopes(d, id, time, y)[names(left)]
  list(first = compared(first[!left], first[left]),
       slope = compared(na.omit(slopes[!left]), na.omit(slopes[left])))
}

trial <- read.csv(file.path(shipped, "trial.csv"))
trial <- trial[!is.na(trial$depression), ]
periods <- person_periods(trial, "patient", "visit", "depression", c("arm", "age"))
periods$last <- (periods$last - mean(periods$last)) / sd(periods$last)
periods$arm <- factor(periods$arm, c("placebo", "drug"))
tight <- glm.control(epsilon = 1e-14, maxit = 100)
survey <- read.csv(file.path(shipped, "survey.csv"))
own <- person_periods(survey, "person", "wave", "wellbeing", "stress")
own$last <- (own$last - mean(own$last)) / sd(own$last)

write_reference(list(
  trial = coefficients_of(glm(event ~ factor(visit) + last, binomial, periods, control = tight)),
  trial_adjusted = coefficients_of(glm(event ~ factor(visit) + last + arm + age, binomial, periods, control = tight)),
  trial_rows = nrow(periods), trial_events = sum(periods$event), trial_means = both(trial, "patient", "visit", "week", "depression"),
  survey = coefficients_of(glm(event ~ factor(visit) + last + stress, binomial, own, subset = visit > 2, control = tight)),
  survey_rows = nrow(own), survey_events = sum(own$event),
  survey_by_visit = as.list(tapply(own$event, own$visit, sum)),
  survey_means = both(survey, "person", "wave", "year", "wellbeing")
), "dropout.json")
