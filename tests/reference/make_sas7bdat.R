# A small SAS file (written by haven 2.5, R 4.2), for the test that reads it: Rscript make_sas7bdat.R
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
library(haven)
panel <- data.frame(
  id = c("007", "012", "103"),
  sex = c(1, 2, NA),
  bdi_0 = c(20.5, 31, NA),
  bdi_6 = c(12.25, -99, 9),
  visit = as.Date(c("2020-01-02", NA, "2020-02-29")),
  seen = as.POSIXct(c("2020-01-02 10:30:00", NA, "2020-02-29 00:00:00"), tz = "UTC")
)
write_sas(panel, file.path(here, "panel.sas7bdat"))
