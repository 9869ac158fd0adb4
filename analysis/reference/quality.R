# Surgical quality: base R has the binomial distribution and nothing more of this. Limits, charts and displays
# are computed here from their definitions, case by case; run lengths of the CUSUM by a Markov chain with fine
# steps (Brook & Evans 1972), which shares nothing with a simulation.
source("common.R")

limit <- function(p0, n, q) {
  r <- qbinom(q, n, p0)
  a <- (pbinom(r, n, p0) - q) / dbinom(r, n, p0)
  min(max((r - a) / n, 0), 1)
}
for (p0 in c(0.02, 0.2, 0.5, 0.9)) for (n in c(1, 5, 31, 100, 1000)) for (level in c(0.95, 0.998))
  put(paste("limits", p0, n, level, c("lower", "upper"), sep = "/"),
      c(limit(p0, n, (1 - level) / 2), limit(p0, n, (1 + level) / 2)))

# a funnel over the institutions of the lung data, and over thirds and groups of formula1000
put_funnel <- function(name, counts, totals) {
  p0 <- sum(counts) / sum(totals)
  z <- (counts / totals - p0) / sqrt(p0 * (1 - p0) / totals)
  put(paste0(name, "/target"), p0)
  phi <- NA
  if (length(z) > 10) {
    ends <- quantile(z, c(0.1, 0.9))
    phi <- mean(pmin(pmax(z, ends[1]), ends[2])^2)
  }
  put(paste0(name, "/phi"), phi)
  stretch <- if (!is.na(phi) && phi > 1) sqrt(phi) else 1
  put(paste(name, seq_along(z), "z", sep = "/"), z / stretch)
  for (k in seq_along(z)) for (level in c(0.95, 0.998))
    put(paste(name, k, level, c("lower", "upper"), sep = "/"),
        pmin(pmax(p0 + stretch * (c(limit(p0, totals[k], (1 - level) / 2),
                                    limit(p0, totals[k], (1 + level) / 2)) - p0), 0), 1))
}
lung <- data_set("lung")
lung <- lung[!is.na(lung$inst), ]
put_funnel("funnel/lung", tapply(lung$status, lung$inst, sum), tapply(lung$status, lung$inst, length))
rows <- data_set("formula1000")
by_x <- floor(20 * rows$x1)
put_funnel("funnel/formula1000", tapply(rows$event, by_x, sum), tapply(rows$event, by_x, length))
by_x <- floor(4 * rows$x1)
put_funnel("funnel/four", tapply(rows$event, by_x, sum), tapply(rows$event, by_x, length))

# charts over formula400: the outcome is cause 2, its risk a made-up model
d <- data_set("formula400")
y <- as.numeric(d$cause == 2)
p <- plogis(-2.2 + d$x1 - 0.5 * d$x2)
for (or in c(2, 0.5)) for (h in c(1, 2.5)) {
  s <- 0
  scores <- numeric(0)
  signals <- integer(0)
  for (i in seq_along(y)) {
    w <- if (y[i] == 1) log(or / (1 - p[i] + or * p[i])) else log(1 / (1 - p[i] + or * p[i]))
    s <- max(0, s + w)
    scores[i] <- s
    if (s > h) { signals <- c(signals, i); s <- 0 }
  }
  name <- paste("cusum", or, h, sep = "/")
  put(paste(name, "score", seq(10, 400, 30), sep = "/"), scores[seq(10, 400, 30)])
  put(paste(name, c("sum", "signals"), sep = "/"), c(sum(scores), length(signals)))
  put(paste(name, "first-signal", sep = "/"), if (length(signals)) signals[1] else NA)
}
cases <- seq(20, 400, 20)
put(paste("vlad/value", cases, sep = "/"), cumsum(p - y)[cases])
put(paste("vlad/upper", cases, sep = "/"), (qnorm(0.975) * sqrt(cumsum(p * (1 - p))))[cases])

# Mean run length to S > h when risks are drawn from these four: m states, S in the middle of its state
run_length <- function(risks, or, h, m) {
  width <- 2 * h / (2 * m - 1)
  move <- matrix(0, m, m)
  for (r in risks) for (outcome in 0:1) {
    w <- outcome * log(or) - log(1 - r + or * r)
    for (i in 1:m) {
      j <- max(round(((i - 1) * width + w) / width), 0) + 1
      if (j <= m) move[i, j] <- move[i, j] + (if (outcome) r else 1 - r) / length(risks)
    }
  }
  solve(diag(m) - move, rep(1, m))[1]
}
risks <- c(0.03, 0.08, 0.2, 0.45)
for (or in c(2, 0.5)) for (h in c(1.5, 2.5, 3.5))
  put(paste("run-length", or, h, sep = "/"), run_length(risks, or, h, 1200))

# a learning curve: follow-up times of lung stand for operating times
x <- data_set("lung")$time
put(paste("learning/deviation", seq(10, 220, 30), sep = "/"), cumsum(x - mean(x))[seq(10, 220, 30)])
put(c("learning/peak", "learning/sd"), c(which.max(cumsum(x - mean(x))), sd(x)))
tabular <- function(z, k) { s <- 0; sapply(z, function(v) s <<- max(0, s + v - k)) }
z <- (x - mean(x)) / sd(x)
put(paste("learning/high", seq(10, 220, 30), sep = "/"), tabular(z, 0.5)[seq(10, 220, 30)])
put(paste("learning/low", seq(10, 220, 30), sep = "/"), tabular(-z, 0.25)[seq(10, 220, 30)])
save_answers()
