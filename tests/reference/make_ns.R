# R's natural spline basis, splines::ns, at points inside and outside the boundary knots.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

# Interior knots where the distinct times have their quantiles (type 7) at 1/df, 2/df, ...
quantile_knots <- function(time, df) {
  if (df == 1) return(numeric(0))
  unname(quantile(unique(time), seq_len(df - 1) / df, type = 7))
}

basis_at <- function(case, time, knots, at) {
  boundary <- range(time)
  list(case = case, times = I(sort(unique(time))), knots = I(knots), boundary = I(boundary), at = I(at),
       basis = unname(unclass(splines::ns(at, knots = knots, Boundary.knots = boundary))[, , drop = FALSE]))
}

ten_days <- 0:9
odd_times <- c(0, 0, 0, 2, 2, 4, 8, 12, 16.5) # repeated times count once
days <- function(df) basis_at(paste0("ten_days_df", df), ten_days, quantile_knots(ten_days, df),
                              c(-5, -0.5, 0, 0.3, 1, 2.25, 3, 4.5, 6.75, 8.999, 9, 9.5, 20))
odd <- function(df) basis_at(paste0("odd_times_df", df), odd_times, quantile_knots(odd_times, df),
                             c(-3, 0, 1, 2, 3.3, 8, 11, 16.5, 18))
write_reference(by_case(c(lapply(1:5, days), lapply(1:5, odd), list(
  basis_at("explicit_one", ten_days, 4, c(-2, 0, 1.5, 4, 7, 9, 11)),
  basis_at("explicit_three", odd_times, c(1, 2.5, 9), c(-2, 0, 0.5, 1, 2, 2.5, 4, 9, 12, 16.5, 20)),
  basis_at("far_from_zero", 2000:2009, c(2003, 2007), c(1999, 2000, 2001.5, 2003, 2005, 2009, 2012))
))), "ns.json")
