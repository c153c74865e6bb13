# sleepstudy (lme4): the four random parts at two origins, and an unbalanced subset with Kenward-Roger.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

export <- function() {
  frame <- lme4::sleepstudy
  frame <- data.frame(subject = as.integer(as.character(frame$Subject)), day = as.integer(frame$Days),
                      reaction = frame$Reaction)
  write_panel(frame, "sleepstudy.csv")
  kept <- (17 * frame$subject + 7 * frame$day) %% 5 != 0
  for (subject in c(332, 335)) kept[frame$subject == subject] <- frame$day[frame$subject == subject] == 0
  write_panel(frame[kept, ], "sleepstudy_unbalanced.csv")
}

spec <- function(name, random, origin, ...) {
  list(case = paste0(name, "_origin", origin), data = "sleepstudy.csv", fixed = "reaction ~ day", random = random,
       id = "subject", time = "day", origin = origin, ...)
}

export()
cases <- list()
for (origin in c(0, 4.5)) {
  cases <- c(cases,
             both_methods(spec("day", "day", origin, ranef = TRUE, kr = TRUE)),
             both_methods(spec("intercept", "1", origin, kr = TRUE)),
             both_methods(spec("diagonal", "day", origin, diagonal = TRUE)),
             both_methods(spec("slope_only", "0 + day", origin)))
}
write_reference(by_case(cases), "sleepstudy.json")

unbalanced <- function(name, random) {
  both_methods(list(case = name, data = "sleepstudy_unbalanced.csv", fixed = "reaction ~ day", random = random,
                    id = "subject", time = "day", kr = TRUE, ranef = TRUE))
}
write_reference(by_case(c(unbalanced("day", "day"), unbalanced("intercept", "1"))), "sleepstudy_unbalanced.json")
