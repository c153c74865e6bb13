# The unstructured covariance of the outcomes (nlme's gls, corSymm and varIdent) that `(0 + C(day) | subject)` stands for;
# rows are missing, and the mean is a line.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages(library(nlme))

rows <- subset(read_panel("sleepstudy.csv"), day < 4)
rows <- rows[-c(3, 10, 21, 34, 47, 60), ]
rows$place <- rows$day + 1
record <- lapply(c("ML", "REML"), function(method) {
  fit <- gls(reaction ~ day, rows, method = method, correlation = corSymm(form = ~ place | subject),
             weights = varIdent(form = ~ 1 | day),
             control = glsControl(opt = "optim", tolerance = 1e-12, msTol = 1e-13, maxIter = 500, msMaxIter = 2000))
  se <- sqrt(diag(vcov(fit)))
  if (method == "ML") se <- se * sqrt((nrow(rows) - 2) / nrow(rows))  # nlme's errors by ML have n / (n - p) in them
  whole <- which(table(rows$subject) == 4)[1]
  list(method = tolower(method), deviance = -2 * as.numeric(logLik(fit)), parameters = attr(logLik(fit), "df"),
       aic = AIC(fit), estimate = as.numeric(coef(fit)), se = as.numeric(se),
       V = unclass(getVarCov(fit, individual = names(whole))))
})
write_reference(record, "by_occasion.json")
