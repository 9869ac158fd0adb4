# What the scripts of this folder share. Rscript --vanilla AREA.R DATA_FOLDER OUT.csv
# Each script puts named numbers; what R cannot estimate is NA.

arguments <- commandArgs(trailingOnly = TRUE)
data_folder <- arguments[1]
out_file <- arguments[2]
answers <- character(0)

data_set <- function(name) read.csv(file.path(data_folder, paste0(name, ".csv")), check.names = FALSE)

# put("lung/median", 310) or put(c("lung/q1", "lung/q3"), c(170, 550))
put <- function(name, value) {
  value <- as.numeric(value)
  stopifnot(length(name) == length(value))
  text <- ifelse(is.finite(value), sprintf("%.17g", value), "NA")
  answers <<- c(answers, paste(name, text, sep = ","))
}

save_answers <- function(...) {
  versions <- c(R = paste(R.version$major, R.version$minor, sep = "."),
                sapply(c(...), function(package) as.character(packageVersion(package))))
  writeLines(c(paste0("# ", paste(names(versions), versions, collapse = ", ")), "name,value", answers),
             out_file)
}
