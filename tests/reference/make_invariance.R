# The truth of -2 log REML under recoding of time and outcome: the optimum on the data as they are, plus the exact
# shift. Time t -> t / unit multiplies one column of X; y -> c y shifts by 2 (n - p) log c.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

base <- reference(list(case = "day", data = "sleepstudy.csv", fixed = "reaction ~ day", random = "day", id = "subject",
                       time = "day"), TRUE)
n <- base$n_rows; p <- length(base$fixed$names)

row <- function(label, time_scale = 1, time_offset = 0, y_scale = 1, y_offset = 0) {
  list(label = label, time_scale = time_scale, time_offset = time_offset, y_scale = y_scale, y_offset = y_offset,
       m2ll = base$m2ll + 2 * log(time_scale) + 2 * (n - p) * log(y_scale))
}

rows <- list(row("as is"),
             row("day + 10", time_offset = 10), row("day + 2000", time_offset = 2000),
             row("day + 1e4", time_offset = 1e4), row("day + 1e5", time_offset = 1e5),
             row("day + 1e6", time_offset = 1e6),
             row("day * 1e-6", time_scale = 1e-6), row("day * 1e3", time_scale = 1e3),
             row("day * 1e6", time_scale = 1e6),
             row("day * 1e9", time_scale = 1e9),
             row("Unix seconds", time_scale = 86400, time_offset = 1.7e9),
             row("reaction + 1e6", y_offset = 1e6), row("reaction + 1e9", y_offset = 1e9),
             row("reaction * 1e-8", y_scale = 1e-8), row("reaction * 1e8", y_scale = 1e8))
keep <- c("n_rows", "n_persons", "m2ll", "fixed", "random", "sigma")
write_reference(list(data = base$data, formula = base$formula, method = "REML",
                     recoding = "time = time_scale * day + time_offset; y = y_scale * reaction + y_offset",
                     as_is = base[keep], rows = rows), "invariance.json")
