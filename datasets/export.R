# Exports the data sets from the R packages that hold them: Rscript export.R (in this folder).
# Numbers are written with the fewest digits (at most 15) that give back the same double; it stops if any does not.

shortest <- function(x) {
  text <- vapply(x, format, "", digits = 15, scientific = FALSE)
  stopifnot(identical(as.numeric(text), as.numeric(x)))
  text
}

export <- function(frame, file) {
  numbers <- vapply(frame, is.numeric, TRUE)
  frame[numbers] <- lapply(frame[numbers], shortest)
  connection <- file(file, open = "wb") # the same bytes on every system
  write.table(frame, connection, sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
  close(connection)
}

data("sleepstudy", package = "lme4")
long <- data.frame(
  subject = as.numeric(as.character(sleepstudy$Subject)),
  day = sleepstudy$Days,
  reaction = sleepstudy$Reaction
)
long <- long[order(long$subject, long$day), ]
export(long, "sleepstudy.csv")

reactions <- split(long$reaction, long$subject)
wide <- data.frame(subject = as.numeric(names(reactions)), do.call(rbind, reactions))
names(wide)[-1] <- paste0("reaction_", 0:9)
export(wide, "sleepstudy_wide.csv")

number <- function(label) as.numeric(as.character(label)) # of a factor whose labels are numbers

data("Orthodont", "BodyWeight", "Oxboys", package = "nlme")
orthodont <- data.frame(
  subject = as.character(Orthodont$Subject),
  sex = as.character(Orthodont$Sex),
  age = Orthodont$age,
  distance = Orthodont$distance
)
sexes <- match(orthodont$sex, c("Male", "Female"))
export(orthodont[order(sexes, orthodont$subject, orthodont$age), ], "orthodont.csv")

weighings <- function(source, animal, file) {
  frame <- data.frame(number(source[[animal]]), number(source$Diet), source$Time, source$weight)
  names(frame) <- c(tolower(animal), "diet", "day", "weight")
  export(frame[order(frame[[1]], frame$day), ], file)
}

weighings(BodyWeight, "Rat", "bodyweight.csv")
weighings(ChickWeight, "Chick", "chickweight.csv")

oxboys <- data.frame(
  boy = number(Oxboys$Subject),
  occasion = number(Oxboys$Occasion),
  age = Oxboys$age,
  height = Oxboys$height
)
export(oxboys[order(oxboys$boy, oxboys$occasion), ], "oxboys.csv")
