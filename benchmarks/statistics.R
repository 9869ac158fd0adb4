# R's side of benchmarks/statistics.py, which keeps this process and writes it one order a line:
#   load NAME ROWS FILE       the columns of a table one after the other, as doubles     answers "loaded"
#   time TASK NAME CALLS      the task, that many times           answers the mean seconds and its result
# Reading the table and starting R are not timed.

suppressPackageStartupMessages(library(survival))

columns <- c("time", "event", "cause", "group", "x1", "x2", "x3", "x4", "x5")
quartiles <- c(0.25, 0.5, 0.75)
tables <- list()

tasks <- list(
  # The three intervals that R knows: one fit each, as the interval is an argument of the fit.
  kaplan_meier = function(d) {
    for (interval in c("plain", "log", "log-log")) {
      fit <- survfit(Surv(time, event) ~ 1, data = d, conf.type = interval)
      found <- quantile(fit, quartiles)
    }
    found$quantile[2]
  },
  kaplan_meier_once = function(d) {
    quantile(survfit(Surv(time, event) ~ 1, data = d, conf.type = "log-log"), 0.5)$quantile
  },
  log_rank = function(d) survdiff(Surv(time, event) ~ group, data = d)$chisq,
  cox = function(d) coxph(Surv(time, event) ~ x1 + x2 + x3 + x4 + x5, data = d)$coefficients[1],
  aalen_johansen = function(d) {
    fit <- survfit(Surv(time, state) ~ 1, data = d)
    fit$pstate[length(fit$time), 2]
  }
)

load_table <- function(name, rows, file) {
  values <- matrix(readBin(file, "double", rows * length(columns)), rows, dimnames = list(NULL, columns))
  d <- as.data.frame(values)
  d$state <- factor(d$cause)
  tables[[name]] <<- d
  "loaded"
}

time_task <- function(task, name, calls) {
  d <- tables[[name]]
  invisible(gc())
  begin <- Sys.time()
  for (call in seq_len(calls)) result <- tasks[[task]](d)
  seconds <- as.numeric(difftime(Sys.time(), begin, units = "secs")) / calls
  sprintf("%.9f %.17g", seconds, as.numeric(result))
}

orders <- file("stdin", "r")
while (length(line <- readLines(orders, n = 1)) > 0) {
  word <- strsplit(line, " ", fixed = TRUE)[[1]]
  answer <- switch(word[1],
    load = load_table(word[2], as.integer(word[3]), word[4]),
    time = time_task(word[2], word[3], as.integer(word[4]))
  )
  cat(answer, "\n", sep = "")
  flush(stdout())
}
