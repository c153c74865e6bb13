# Columns that R's model.matrix makes of what R's users write in formulas, at eight rows of a small table.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
library(splines)

data <- data.frame(x = c(-1.5, 0.3, 0.3, 2.1, -0.2, 0.9, 1.4, -2.2, 0.3, 3.5, -0.7, 1.1),
                   n = c(0, 3, 5, 9, 6, 1, 2, 8, 4, 7, 3, 6), k = rep(c(2, 0, 1, 3), 3),
                   a = rep(c("a", "b", "c"), each = 4), b = rep(c("lo", "hi"), 6), g = rep(c(TRUE, FALSE, FALSE), 4))
formulas <- c("ordered(k)", "ordered(a, levels = c(\"c\", \"a\", \"b\"))", "as.ordered(k)", "factor(k, ordered = TRUE)",
              "factor(k, levels = 0:3, labels = c(\"z\", \"q\", \"c\", \"d\"))", "as.integer(x)", "as.integer(a == \"b\")",
              "as.numeric(!g)", "I(!x > 0 & n < 5)", "I(!(x > 0))", "I(x > 0 | g)", "I(g & n > 2)", "I(x > 0 & n < 5 | k == 1)",
              "cut(n, c(0, 3, 6, 9), include.lowest = TRUE)", "cut(n, c(0, 3, 6, 9), include.lowest = TRUE, right = FALSE)",
              "cut(n, c(-Inf, 3, Inf), labels = c(\"l\", \"h\"))", "cut(n, 3, labels = FALSE)",
              "cut(x, quantile(x), include.lowest = TRUE)", "cut(x, quantile(x, seq(0, 1, 0.5)), include.lowest = T)",
              "interaction(a, b)", "interaction(a, b, sep = \":\") * x", "a + b %in% a", "I(n %in% 1:3)", "I(2 * (n %in% c(1, 2)))",
              "I(n %% 3)", "I(n %/% 2)", "log(n + 1, 2)", "log(n + 1, base = 10)", "pmin(n, 5, k)", "pmax(0, x)",
              "as.numeric(factor(a))", "as.numeric(cut(n, c(-1, 3, 9)))", "I(x - mean(x, na.rm = TRUE))", "stats::poly(x, 2)",
              "ns(x, 3)", "ns(x, df = 4)", "ns(x, knots = 0, Boundary.knots = c(-2, 2))", "bs(x, df = 5)",
              "bs(x, knots = 0.5, Boundary.knots = c(-4, 4))", "C(factor(a), sum)", "C(factor(a), contr.helmert)",
              "C(factor(a), contr.treatment(3, base = 2))", "C(factor(a), \"contr.sum\")", "ifelse(x > 0, \"hi\", \"lo\")",
              "ifelse(a == \"a\", \"a\", \"other\")", "ifelse(g, x, 0)", "round(x)", "trunc(x)", "tanh(x)", "plogis(x)",
              "xor(g, x > 0)", "as.vector(scale(x))", "c(scale(x))", "relevel(factor(a), \"b\") * x", "scale(x, center = 2)")

record <- function(text) list(formula = text, columns = unname(model.matrix(as.formula(paste("~", text)), data)))
write_reference(lapply(formulas, record), "words_of_r.json")
