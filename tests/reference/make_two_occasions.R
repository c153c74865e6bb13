# sleepstudy, days 0 and 5 only: intercept, slope and residual variance are not identified together. The REML
# criterion, maximised over G at a fixed residual variance, is the same for every residual variance that leaves
# G = Z^-1 (V - sigma2 I) Z^-T positive semidefinite, with V the covariance matrix of the two occasions.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

frame <- read_panel("sleepstudy.csv")
frame <- frame[frame$day %in% c(0, 5), ]
write_panel(frame, "sleepstudy_two_occasions.csv")
frame <- read_panel("sleepstudy_two_occasions.csv")
X <- cbind(1, frame$day)
outcomes <- matrix(frame$reaction, ncol = 2, byrow = TRUE)
V <- cov(outcomes); means <- colMeans(outcomes)
Z <- cbind(1, c(0, 5))

# The same from below: Nelder-Mead over a factor of G, at the residual variance given.
maximise_over_G <- function(sigma2, start) {
  criterion <- function(theta) {
    L <- matrix(c(theta[1:2], 0, theta[3]), 2)
    dense_m2ll(frame$reaction, X, X, frame$subject, L %*% t(L), sigma2, TRUE)
  }
  best <- list(par = t(start)[upper.tri(start, diag = TRUE)])
  for (again in 1:5) best <- optim(best$par, criterion, control = list(reltol = 1e-15, maxit = 5000))
  best$value
}

at <- function(sigma2) {
  G <- solve(Z, t(solve(Z, V - diag(sigma2, 2))))
  values <- eigen(G, symmetric = TRUE)$values
  list(sigma2 = sigma2, m2ll = dense_m2ll(frame$reaction, X, X, frame$subject, G, sigma2, TRUE), cov = G,
       eigenvalues_of_cov = values, searched_m2ll = maximise_over_G(sigma2, diag(c(30, 5))))
}

weights <- lapply(split(seq_len(nrow(frame)), frame$subject), function(rows) crossprod(X[rows, ], solve(V, X[rows, ])))
vcov <- solve(Reduce(`+`, weights))
write_reference(list(data = "sleepstudy_two_occasions.csv", formula = "reaction ~ day + (day | subject)",
                     method = "REML", identified = FALSE, largest_sigma2 = min(eigen(V)$values), V = V,
                     fixed = list(estimate = as.vector(solve(Z, means)),
                                  se = sqrt(diag(vcov))),
                     profile = lapply(c(1, 100, 500), at)), "two_occasions.json")
