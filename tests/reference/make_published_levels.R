# Data of published fits with units above persons, from R packages, for tests/test_published_levels.py:
#   Rscript make_published_levels.R FOLDER
# and then GROWTHCURVES_PUBLISHED_DATA=FOLDER. Pastes, Penicillin, InstEval: lme4; Oxide: nlme; egsingle: mlmRev; Produc: plm.
folder <- commandArgs(trailingOnly = TRUE)[1]
written <- function(data, name) write.csv(as.data.frame(data), file.path(folder, paste0(name, ".csv")), row.names = FALSE)
data(Pastes, Penicillin, InstEval, package = "lme4")
written(Pastes, "Pastes"); written(Penicillin, "Penicillin"); written(InstEval, "InstEval")
data(Oxide, package = "nlme"); written(Oxide, "Oxide")
data(egsingle, package = "mlmRev"); written(egsingle, "egsingle")
data(Produc, package = "plm"); written(Produc, "Produc")
