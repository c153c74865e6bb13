# Degrees of freedom of subpopulations: survey::degf counts sampling units and strata that hold somebody.
# Rscript make_survey_df.R
suppressMessages(library(survey))
data <- expand.grid(person = 1:3, psu = 1:4, stratum = 1:4)
data$weight <- 1
design <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = data, nest = TRUE)
persons <- svydesign(~1, strata = ~stratum, weights = ~weight, data = data)
found <- list(
  all = degf(design),
  one_stratum = degf(subset(design, stratum == 1)),
  three_strata = degf(subset(design, stratum != 1)),
  persons = degf(persons),
  some_persons = degf(subset(persons, person == 1 & stratum != 1)),
  version = as.character(packageVersion("survey"))
)
cat(jsonlite::toJSON(found, auto_unbox = TRUE, pretty = TRUE), "\n", file = "survey_df.json")
