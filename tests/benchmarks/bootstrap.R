# lme4's parametric bootstrap of sleepstudy: Rscript bootstrap.R data.csv replicates; prints the seconds.
suppressPackageStartupMessages(library(lme4))
arguments <- commandArgs(trailingOnly = TRUE)
fit <- lmer(reaction ~ day + (day | subject), read.csv(arguments[1]))
estimates <- function(fit) c(fixef(fit), as.data.frame(VarCorr(fit))$sdcor)
clock <- Sys.time()
drawn <- suppressMessages(suppressWarnings(bootMer(fit, estimates, nsim = as.integer(arguments[2]), seed = 1)))
cat(as.numeric(difftime(Sys.time(), clock, units = "secs")))
