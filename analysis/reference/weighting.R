# Propensity weights with glm; weighted differences as a weighted lm with a sandwich of its own, once with the
# propensity known and once with the stacked estimating equations of propensity and means, whose
# derivative is taken numerically; the weighted hazard ratio with coxph(robust = TRUE).

source("common.R")
library(survival)

weights_of <- function(z, e, estimand) {
  switch(estimand,
         ate = z / e + (1 - z) / (1 - e),
         stabilised = z * mean(z) / e + (1 - z) * (1 - mean(z)) / (1 - e),
         att = z + (1 - z) * e / (1 - e),
         overlap = z * (1 - e) + (1 - z) * e)
}

spread <- function(x) if (all(x %in% 0:1)) mean(x) * (1 - mean(x)) else var(x)

difference <- function(y, z, w) {
  model <- lm(y ~ z, weights = w)
  x <- cbind(1, z)
  bread <- solve(crossprod(x, w * x))
  meat <- crossprod(x * w * resid(model))
  c(unname(coef(model)[2]), sqrt((bread %*% meat %*% bread)[2, 2]))
}

# standard error of the difference from the equations of all parameters: propensity slopes, then the two means
stacked <- function(y, z, x, b, estimand) {
  equations <- function(theta) {
    e <- plogis(drop(x %*% theta[seq_along(b)]))
    w <- weights_of(z, e, estimand)
    cbind(x * (z - e), w * z * (y - theta[length(b) + 1]), w * (1 - z) * (y - theta[length(b) + 2]))
  }
  w <- weights_of(z, plogis(drop(x %*% b)), estimand)
  theta <- c(b, weighted.mean(y[z == 1], w[z == 1]), weighted.mean(y[z == 0], w[z == 0]))
  slope <- sapply(seq_along(theta), function(k) {
    h <- 1e-4 * max(1e-3, abs(theta[k]))
    total <- function(step) colSums(equations(replace(theta, k, theta[k] + step)))
    (8 * (total(h) - total(-h)) - (total(2 * h) - total(-2 * h))) / (12 * h)
  })
  bread <- solve(slope, tol = 0)
  variance <- bread %*% crossprod(equations(theta)) %*% t(bread)
  p <- length(theta)
  sqrt(variance[p - 1, p - 1] + variance[p, p] - 2 * variance[p - 1, p])
}

compare_groups <- function(name, data, treated, covariates, time, event) {
  data <- data[complete.cases(data[, c(treated, covariates, time, event)]), ]
  z <- data[[treated]]
  x <- cbind(1, as.matrix(data[, covariates]))
  model <- glm(z ~ x - 1, binomial, control = glm.control(epsilon = 1e-15, maxit = 100))
  e <- fitted(model)
  y <- data[[event]]
  put(paste0(name, "/overlap"), 1 - suppressWarnings(ks.test(e[z == 1], e[z == 0])$statistic))
  for (estimand in c("ate", "stabilised", "att", "overlap")) {
    w <- weights_of(z, e, estimand)
    path <- paste(name, estimand, sep = "/")
    put(paste0(path, "/effective size/", c("all", "treated", "control")),
        sapply(list(w, w[z == 1], w[z == 0]), function(w) sum(w)^2 / sum(w^2)))
    put(paste0(path, "/largest weight"), max(w))
    for (covariate in covariates) {
      values <- data[[covariate]]
      pooled <- sqrt((spread(values[z == 1]) + spread(values[z == 0])) / 2)
      after <- (weighted.mean(values[z == 1], w[z == 1]) - weighted.mean(values[z == 0], w[z == 0])) / pooled
      put(paste0(path, "/standardised difference/", covariate, c("/before", "/after")),
          c((mean(values[z == 1]) - mean(values[z == 0])) / pooled, after))
    }
    put(paste0(path, "/risk difference/", c("value", "se with known propensity")), difference(y, z, w))
    put(paste0(path, "/mean difference/", c("value", "se with known propensity")),
        difference(data[[time]], z, w))
    if (estimand != "stabilised") {
      put(paste0(path, "/risk difference/se with estimated propensity"),
          stacked(y, z, x, coef(model), estimand))
    }
    hazard <- coxph(Surv(data[[time]], y) ~ z, weights = w, robust = TRUE,
                    control = coxph.control(eps = 1e-12, iter.max = 100))
    row <- summary(hazard)$coefficients
    put(paste0(path, "/hazard ratio/", c("coef", "robust se", "p")), row[c(1, 4, 6)])
  }
}

gbsg2 <- data_set("gbsg2")
gbsg2$hormone <- as.numeric(gbsg2$horTh == "yes")
gbsg2$post <- as.numeric(gbsg2$menostat == "Post")
compare_groups("gbsg2", gbsg2, "hormone", c("age", "post", "tsize", "pnodes", "progrec", "estrec"), "time", "cens")

rossi <- data_set("rossi")
compare_groups("rossi", rossi, "fin", c("age", "race", "wexp", "mar", "paro", "prio"), "week", "arrest")

large <- data_set("formula1000")
compare_groups("formula1000", large, "x4", c("x1", "x2", "x3", "x5"), "time", "event")

lung <- data_set("lung")
lung$woman <- as.numeric(lung$sex == max(lung$sex))
compare_groups("lung", lung, "woman", c("age", "ph.ecog", "wt.loss"), "time", "status")

save_answers("survival")
