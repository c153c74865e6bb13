# Power by simulation with lme4: Rscript planning.R persons waves dropout effect replicates family; prints seconds of the processor, power.
# What simr and home-made loops do: outcomes drawn with simulate(), the model refitted to each by refit(), tested by
# lmerTest's Satterthwaite (normal outcomes) or z (binomial).
suppressPackageStartupMessages({library(lme4); library(lmerTest)})
arguments <- commandArgs(trailingOnly = TRUE)
persons <- as.integer(arguments[1]); waves <- as.integer(arguments[2])
dropout <- as.numeric(arguments[3]); effect <- as.numeric(arguments[4])
replicates <- as.integer(arguments[5]); family <- arguments[6]
set.seed(1)
time <- 0:(waves - 1)
rows <- expand.grid(time = time, person = seq_len(persons))
rows$arm <- factor(ifelse(rows$person %% 2 == 0, "treated", "control"))
lost <- function(rows) {
  last <- (waves - 1) * (log(runif(persons)) / log(1 - dropout))
  rows[rows$time <= pmax(last[rows$person], 0), ]
}
G <- matrix(c(4, 0.4, 0.4, 1), 2)
term <- "time:armtreated"
one <- function() {
  seen <- lost(rows)
  treated <- seen$arm == "treated"
  if (family == "normal") {
    u <- matrix(rnorm(2 * persons), persons) %*% chol(G)
    seen$y <- effect * seen$time * treated + u[seen$person, 1] + u[seen$person, 2] * seen$time + rnorm(nrow(seen), sd = 1.5)
    fit <- suppressMessages(suppressWarnings(lmerTest::lmer(y ~ time * arm + (time | person), seen)))
    return(summary(fit)$coefficients[term, "Pr(>|t|)"])
  }
  eta <- -1 + (0.2 + effect * treated) * seen$time + 1.5 * rnorm(persons)[seen$person]
  seen$y <- rbinom(nrow(seen), 1, plogis(eta))
  fit <- suppressMessages(suppressWarnings(glmer(y ~ time * arm + (1 | person), seen, binomial, nAGQ = 9)))
  summary(fit)$coefficients[term, "Pr(>|z|)"]
}
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
before <- spent()
p <- vapply(seq_len(replicates), function(i) one(), 0)
cat(spent() - before, mean(p < 0.05))
