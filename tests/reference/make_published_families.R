# Data of published fits of outcomes that are not normal, from R packages, for tests/test_published_families.py:
#   Rscript make_published_families.R FOLDER
# and then GROWTHCURVES_PUBLISHED_DATA=FOLDER. toenail and epilepsy: HSAUR3; Contraception: mlmRev;
# schizophrenia: mixor (its file data/schizophrenia.rda, where the package is not installed).
folder <- commandArgs(trailingOnly = TRUE)[1]
written <- function(data, name) write.csv(data, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
data(toenail, epilepsy, package = "HSAUR3")
written(toenail, "toenail")
written(epilepsy, "epilepsy")
data(Contraception, package = "mlmRev")
written(Contraception, "contraception")
if (requireNamespace("mixor", quietly = TRUE)) {
  data(schizophrenia, package = "mixor")
  written(schizophrenia, "schizophrenia")
}
