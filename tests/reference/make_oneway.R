# Balanced one-way designs whose between mean square lies just above or just below the point at which the between
# variance becomes zero: MSB = MSW under REML, SSB / groups = MSW under ML. Everything here is closed form.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

squares <- function(y, group) {
  means <- tapply(y, group, mean)
  within <- y - means[as.character(group)]
  list(groups = length(means), each = length(y) / length(means),
       ssb = length(y) / length(means) * sum((means - mean(means))^2), ssw = sum(within^2))
}

# y whose ratio (MSB, or SSB / groups, over MSW) is 1 + excess.
draw <- function(seed, groups, each, threshold, excess) {
  set.seed(seed)
  group <- rep(seq_len(groups), each = each)
  means <- rnorm(groups); means <- means - mean(means)
  noise <- rnorm(groups * each); noise <- noise - ave(noise, group)
  msw <- sum(noise^2) / (groups * (each - 1))
  between <- each * sum(means^2) / (if (threshold == "REML") groups - 1 else groups)
  data.frame(group = group, y = 10 + means[group] * sqrt(msw * (1 + excess) / between) + noise)
}

# -2 log (restricted) likelihood at the optimum: eigenvalues sigma2 (within) and lambda = sigma2 + each sigma2_b.
closed_form <- function(y, group, REML) {
  s <- squares(y, group)
  a <- s$groups; k <- s$each; n <- a * k
  df_between <- if (REML) a - 1 else a
  msw <- s$ssw / (a * (k - 1)); msb <- s$ssb / df_between
  zero <- msb <= msw
  sigma2 <- if (zero) (s$ssw + s$ssb) / (n - REML) else msw
  lambda <- if (zero) sigma2 else msb
  m2ll <- (n - REML) * log(2 * pi) + a * (k - 1) * log(sigma2) + s$ssw / sigma2 + df_between * log(lambda) +
    s$ssb / lambda + if (REML) log(n) else 0
  list(m2ll = m2ll, zero = zero, between_variance = (lambda - sigma2) / k, sigma = sqrt(sigma2), mean = mean(y),
       se = sqrt(lambda / n), ratio_minus_one = msb / msw - 1)
}

check <- function(y, group, answer, REML) {
  dense <- dense_m2ll(y, cbind(rep(1, length(y))), cbind(rep(1, length(y))), group, matrix(answer$between_variance),
                      answer$sigma^2, REML)
  fit <- quietly(lme4::lmer(y ~ 1 + (1 | group), data.frame(y, group), REML = REML))
  list(dense_minus_closed_form = dense - answer$m2ll, lme4_excess = as.numeric(-2 * logLik(fit)) - answer$m2ll,
       lme4_between_sd = attr(lme4::VarCorr(fit)[[1]], "stddev")[[1]])
}

settings <- expand.grid(excess = c(-1e-1, -1e-2, -1e-3, -1e-5, -1e-7, 1e-7, 1e-5, 1e-3, 1e-2, 1e-1),
                        threshold = c("REML", "ML"), size = c("6x5", "15x3"), stringsAsFactors = FALSE)
panels <- lapply(seq_len(nrow(settings)), function(i) {
  setting <- settings[i, ]
  size <- as.integer(strsplit(setting$size, "x")[[1]])
  panel <- draw(400 + i, size[1], size[2], setting$threshold, setting$excess)
  cbind(design = sprintf("%s_%s_%+.0e", setting$size, tolower(setting$threshold), setting$excess), panel)
})
write_panel(do.call(rbind, panels), "oneway.csv")
frame <- read_panel("oneway.csv")

answers <- lapply(split(frame, factor(frame$design, unique(frame$design))), function(panel) {
  answer <- list(groups = length(unique(panel$group)), n_rows = nrow(panel))
  for (method in c("REML", "ML")) {
    answer[[method]] <- closed_form(panel$y, panel$group, method == "REML")
    answer[[method]]$checks <- check(panel$y, panel$group, answer[[method]], method == "REML")
  }
  answer
})
write_reference(answers, "oneway.json")
