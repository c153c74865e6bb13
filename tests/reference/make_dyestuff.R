# Dyestuff and Dyestuff2 (lme4): a random intercept that is there, and one that is exactly zero.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

one <- function(name, frame) {
  file <- paste0(name, ".csv")
  write_panel(data.frame(batch = as.character(frame$Batch), yield = frame$Yield), file)
  both_methods(list(case = name, data = file, fixed = "yield ~ 1", random = "1", id = "batch", kr = name == "dyestuff",
                    ranef = TRUE))
}

write_reference(by_case(c(one("dyestuff", lme4::Dyestuff), one("dyestuff2", lme4::Dyestuff2))), "dyestuff.json")
