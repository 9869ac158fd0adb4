# Logistic regression: R's own glm. Firth logistic regression: neither base R nor the packages here have it,
# so the penalised likelihood is written down and maximised by optim, its intervals found by uniroot; slow and
# plain, and independent of the scoring algorithm used in the product. DeLong's standard error of the area
# under the ROC curve likewise comes from the definition, all pairs of cases.

source("common.R")
library(survival)

fit_glm <- function(name, formula, data) {
  model <- glm(formula, binomial, data, control = glm.control(epsilon = 1e-15, maxit = 200))
  null <- glm(update(formula, . ~ 1), binomial, model$model, control = glm.control(epsilon = 1e-15, maxit = 200))
  rows <- coef(summary(model))
  z <- qnorm(0.975)
  for (term in rownames(rows)) {
    path <- paste(name, gsub("[()]", "", tolower(term)), sep = "/")
    b <- rows[term, 1]; se <- rows[term, 2]
    put(paste(path, c("coef", "se", "odds ratio", "lower", "upper", "p"), sep = "/"),
        c(b, se, exp(b), exp(b - z * se), exp(b + z * se), rows[term, 4]))
  }
  tests <- anova(null, model, test = "LRT")
  rao <- anova(null, model, test = "Rao")
  slopes <- coef(model)[-1]
  slopes <- slopes[!is.na(slopes)]
  spread <- vcov(model, complete = FALSE)[names(slopes), names(slopes)]
  wald <- drop(slopes %*% solve(spread, slopes, tol = 0))  # units may differ by many powers of ten
  put(paste0(name, "/n"), nobs(model))
  put(paste0(name, "/likelihood ratio/", c("statistic", "df", "p")),
      c(tests$Deviance[2], tests$Df[2], tests$`Pr(>Chi)`[2]))
  put(paste0(name, "/score/", c("statistic", "p")), c(rao$Rao[2], rao$`Pr(>Chi)`[2]))
  put(paste0(name, "/wald/", c("statistic", "p")), c(wald, pchisq(wald, length(slopes), lower.tail = FALSE)))
  put(paste0(name, "/log likelihood"), as.numeric(logLik(model)))
  area(name, model$y, round(model$linear.predictors, 9))
}

area <- function(name, y, score) {
  pairs <- outer(score[y == 1], score[y == 0], function(a, b) (a > b) + (a == b) / 2)
  value <- concordance(y ~ score)$concordance
  stopifnot(abs(mean(pairs) - value) < 1e-12)
  se <- sqrt(var(rowMeans(pairs)) / nrow(pairs) + var(colMeans(pairs)) / ncol(pairs))
  put(paste0(name, "/area under curve/", c("value", "se", "lower", "upper")),
      c(value, se, max(0, value - qnorm(0.975) * se), min(1, value + qnorm(0.975) * se)))
}

# l(b) + 1/2 log det I(b)
penalised <- function(b, x, y) {
  eta <- drop(x %*% b)
  p <- plogis(eta)
  sum(ifelse(y == 1, plogis(eta, log.p = TRUE), plogis(-eta, log.p = TRUE))) +
    as.numeric(determinant(crossprod(x, x * (p * (1 - p))))$modulus) / 2
}

# the maximum over the coefficients not held, started at b
best <- function(b, x, y, held) {
  free <- setdiff(seq_along(b), held)
  if (!length(free)) return(list(par = b, value = penalised(b, x, y)))
  at <- function(some) { b[free] <- some; penalised(b, x, y) }
  slope <- function(some) {  # central differences of the penalised likelihood
    sapply(seq_along(some), function(k) {
      h <- 1e-5 * max(1, abs(some[k]))
      (at(replace(some, k, some[k] + h)) - at(replace(some, k, some[k] - h))) / (2 * h)
    })
  }
  found <- b[free]
  for (round in 1:6) {
    found <- optim(found, at, slope, method = "BFGS",
                   control = list(fnscale = -1, maxit = 2000, reltol = 1e-16))$par
  }
  b[free] <- found
  list(par = b, value = at(found))
}

fit_firth <- function(name, formula, data) {
  frame <- model.frame(formula, data)
  x <- model.matrix(formula, frame)
  y <- model.response(frame)
  scale <- c(1, apply(x[, -1, drop = FALSE], 2, sd))
  z <- sweep(x, 2, scale, "/")
  unit <- sum(log(scale))
  everything <- best(rep(0, ncol(z)), z, y, integer(0))
  p <- plogis(drop(z %*% everything$par))
  se <- sqrt(diag(solve(crossprod(x, x * (p * (1 - p))))))
  for (k in seq_len(ncol(z))) {
    path <- paste(name, gsub("[()]", "", tolower(colnames(x)[k])), sep = "/")
    profile <- function(value) best(replace(everything$par, k, value), z, y, k)$value
    below <- function(value) profile(value) - everything$value + qchisq(0.95, 1) / 2
    step <- 2 * se[k] * scale[k]
    limit <- function(side) {
      far <- everything$par[k] + side * step
      while (below(far) > 0) far <- far + side * step
      uniroot(below, sort(c(everything$par[k], far)), tol = 1e-9)$root / scale[k]
    }
    ratio <- 2 * (everything$value - profile(0))
    put(paste(path, c("coef", "se", "lower", "upper", "p"), sep = "/"),
        c(everything$par[k] / scale[k], se[k], exp(limit(-1)), exp(limit(1)),
          pchisq(ratio, 1, lower.tail = FALSE)))
  }
  null <- best(rep(0, ncol(z)), z, y, 2:ncol(z))
  ratio <- 2 * (everything$value - null$value)
  put(paste0(name, "/likelihood ratio/", c("statistic", "p")),
      c(ratio, pchisq(ratio, ncol(z) - 1, lower.tail = FALSE)))
  put(paste0(name, "/penalised log likelihood"), everything$value + unit)
}

lung <- data_set("lung")
gbsg2 <- data_set("gbsg2")
rossi <- data_set("rossi")
lymph <- data_set("lymph_node")
larynx <- data_set("larynx")
leukemia <- data_set("leukemia")
small <- data_set("formula31")
large <- data_set("formula1000")
small$far <- as.numeric(small$x1 > 0.7 & small$event == 1)  # every case with it has the event
large$big <- large$x1 * 1e6 + 2e6
large$tiny <- large$x3 * 1e-6
large$twice <- 2 * large$x1 - 1

fit_glm("ordinary/lung", status ~ age + sex + ph.ecog, lung)
fit_glm("ordinary/lung with gaps", status ~ age + sex + ph.karno + meal.cal + wt.loss, lung)
fit_glm("ordinary/gbsg2", cens ~ age + tsize + pnodes + progrec + estrec, gbsg2)
fit_glm("ordinary/rossi", arrest ~ fin + age + race + wexp + mar + paro + prio, rossi)
fit_glm("ordinary/lymph node", censrec ~ age + hormone + size + grade + nodes, lymph)
fit_glm("ordinary/larynx", death ~ age + Stage_II + Stage_III + Stage_IV, larynx)
fit_glm("ordinary/leukemia", status ~ sex + logWBC, leukemia)  # Rx would separate
fit_glm("ordinary/formula31", event ~ x1 + x2, small)
fit_glm("ordinary/formula1000", event ~ x1 + x2 + x3 + x4 + x5, large)
fit_glm("ordinary/badly scaled", event ~ big + x2 + tiny, large)
# glm leaves the second of two collinear columns out; the exactness asked of fit_glm would switch that off
stopifnot(is.na(coef(glm(event ~ x1 + twice + x3, binomial, large))["twice"]))
fit_glm("ordinary/one collinear", event ~ x1 + x3, large)

fit_firth("firth/lung", status ~ age + sex + ph.ecog, lung)
fit_firth("firth/larynx", death ~ age + Stage_II + Stage_III + Stage_IV, larynx)
fit_firth("firth/leukemia", status ~ sex + logWBC + Rx, leukemia)
fit_firth("firth/formula31", event ~ x1 + x2 + x3, small)
fit_firth("firth/separated", event ~ far + x2 + x3, small)
fit_firth("firth/formula1000", event ~ x1 + x2 + x3, large)

save_answers("survival")
