# Rubin's rules. R has no multiple imputation in base or in the packages used here, so both sides fill the
# gaps of the lung table by the same rule (no random numbers), fit R's or our own models to every
# completed table, and pool them: here by formulas written down from Barnard & Rubin 1999 and Li et
# al. 1991, there by the product. The Nelson-Aalen estimate that enters an imputation is survfit's.

source("common.R")
library(survival)

tables <- 20
lung <- data_set("lung")
gaps <- c("ph.ecog", "ph.karno", "meal.cal", "wt.loss")

completed <- function(j) {
  for (name in gaps) {
    rows <- which(is.na(lung[[name]]))
    present <- lung[[name]][!is.na(lung[[name]])]
    lung[[name]][rows] <- mean(present) + 2 * sd(present) * ((rows * sqrt(2) * j) %% 1 - 0.5)
  }
  lung
}

rubin <- function(estimates, variances, complete) {
  m <- length(estimates)
  within <- mean(variances)
  between <- sum((estimates - mean(estimates))^2) / (m - 1)
  total <- within + between + between / m
  lambda <- (between + between / m) / total
  old <- (m - 1) / lambda^2
  df <- old
  if (is.finite(complete)) {
    observed <- (complete + 1) / (complete + 3) * complete * (1 - lambda)
    df <- old * observed / (old + observed)
  }
  r <- (between + between / m) / within
  fmi <- (r + 2 / (df + 3)) / (r + 1)
  value <- mean(estimates)
  t <- qt(0.975, df)
  c(value = value, se = sqrt(total), within = within, between = between, df = df, fmi = fmi,
    efficiency = 1 / (1 + fmi / m), lower = value - t * sqrt(total), upper = value + t * sqrt(total),
    p = 2 * pt(-abs(value) / sqrt(total), df))
}

put_pooled <- function(name, pooled) put(paste(name, names(pooled), sep = "/"), pooled)

put_d2 <- function(name, statistics, k) {
  m <- length(statistics)
  r <- (1 + 1 / m) * var(sqrt(statistics))
  value <- (mean(statistics) / k - (m + 1) / (m - 1) * r) / (1 + r)
  df2 <- k^(-3 / m) * (m - 1) * (1 + 1 / r)^2
  put(paste0(name, "/likelihood ratio/", c("statistic", "df2", "p")),
      c(value, df2, pf(value, k, df2, lower.tail = FALSE)))
}

pool_fits <- function(name, fits, statistics, complete) {
  table <- sapply(fits, coef)
  squares <- sapply(fits, function(fit) diag(vcov(fit)))
  for (term in setdiff(rownames(table), "(Intercept)")) {
    pooled <- rubin(table[term, ], squares[term, ], complete)
    kept <- c("value", "se", "df", "fmi", "p")
    put(paste(name, term, kept, sep = "/"), pooled[kept])
    put(paste(name, term, c("lower", "upper"), sep = "/"), exp(pooled[c("lower", "upper")]))
  }
  put_d2(name, statistics, sum(rownames(table) != "(Intercept)"))
}

filled <- lapply(1:tables, completed)

logistic <- lapply(filled, function(data)
  glm(status ~ age + sex + ph.karno + meal.cal + wt.loss, binomial, data,
      control = glm.control(epsilon = 1e-15, maxit = 100)))
pool_fits("logistic", logistic, sapply(logistic, function(fit) fit$null.deviance - fit$deviance),
          nrow(lung) - 6)

cox <- lapply(filled, function(data)
  coxph(Surv(time, status) ~ age + sex + ph.ecog + wt.loss + meal.cal, data,
        control = coxph.control(eps = 1e-12, iter.max = 100)))
pool_fits("cox", cox, sapply(cox, function(fit) 2 * diff(fit$loglik)), sum(lung$status == max(lung$status)) - 5)

# the mean of one column, whose complete-data degrees of freedom are n - 1, and for large samples
for (name in gaps) {
  means <- sapply(filled, function(data) mean(data[[name]]))
  squares <- sapply(filled, function(data) var(data[[name]]) / nrow(data))
  put_pooled(paste0("mean/", name), rubin(means, squares, nrow(lung) - 1))
  put_pooled(paste0("large sample mean/", name), rubin(means, squares, Inf))
}

# survival of those who lost more than 5 pounds, who differ from table to table
for (at in c(100, 180, 365, 600)) {
  rates <- sapply(filled, function(data) {
    curve <- summary(survfit(Surv(time, status) ~ 1, data, subset = wt.loss > 5), times = at)
    c(curve$surv, curve$std.err)
  })
  pooled <- rubin(log(-log(rates[1, ])), (rates[2, ] / (rates[1, ] * log(rates[1, ])))^2, Inf)
  put(paste0("survival/", at, c("/value", "/lower", "/upper", "/df", "/fmi")),
      c(exp(-exp(pooled[c("value", "upper", "lower")])), pooled[c("df", "fmi")]))
}

hazards <- function(name, time, event) {
  curve <- survfit(Surv(time, event) ~ 1, ctype = 1)
  own <- curve$cumhaz[match(time, curve$time)]
  put(paste0("nelson-aalen/", name, "/row ", 1:10), own[1:10])
  put(paste0("nelson-aalen/", name, "/sum"), sum(own))
}
hazards("lung", lung$time, lung$status)
large <- data_set("formula1000")
hazards("formula1000", large$time, large$event)
waltons <- data_set("waltons")
hazards("waltons", waltons$T, waltons$E)

save_answers("survival")
