# Cox's model, the test of proportional hazards and concordance as the survival package has them,
# iterated until the last digits stand. Firth's penalised likelihood is in none of the packages used here:
# it is written out below, event time by event time, and maximised by optim without any derivative of ours.

source("common.R")
suppressPackageStartupMessages(library(survival))

until_converged <- coxph.control(eps = 1e-11, iter.max = 50)

# The Wald test, for covariates of any scale: coxph's own loses it where their variances are far apart
wald <- function(fit) {
  b <- coef(fit)[!is.na(coef(fit))]
  v <- vcov(fit)[names(b), names(b), drop = FALSE]
  scale <- sqrt(diag(v))
  sum((b / scale) * solve(v / outer(scale, scale), b / scale))
}

model_numbers <- function(prefix, fit) {
  s <- summary(fit)
  terms <- names(coef(fit))
  # as.vector drops the names; a row of the table is missing where a coefficient is NA
  for (term in terms) {
    found <- !is.na(coef(fit)[term])
    row <- s$coefficients[term, ]
    p <- row[length(row)]
    se <- if (!is.null(fit$naive.var)) row["robust se"] else row["se(coef)"]
    limits <- if (found) s$conf.int[term, c("lower .95", "upper .95")] else c(NA, NA)
    put(paste(prefix, term, c("coef", "se", "ratio", "lower", "upper", "p"), sep = "/"),
        c(coef(fit)[term], if (found) c(se, exp(coef(fit)[term]), limits, p) else rep(NA, 5)))
  }
  put(paste(prefix, c("likelihood-ratio", "wald", "score"), sep = "/"),
      c(s$logtest["test"], wald(fit), fit$score))
  put(paste(prefix, c("log-likelihood/null", "log-likelihood/model"), sep = "/"), fit$loglik)
  put(paste(prefix, c("concordance", "concordance/se"), sep = "/"), fit$concordance[c("concordance", "std")])
}

hazards_numbers <- function(prefix, fit) {
  for (transform in c("km", "rank", "identity", "log")) {
    z <- cox.zph(fit, transform)
    terms <- rownames(z$table)
    put(paste(prefix, transform, terms, "statistic", sep = "/"), z$table[, "chisq"])
    put(paste(prefix, transform, terms, "p", sep = "/"), z$table[, "p"])
    put(paste(prefix, transform, "sum-of-squares", sep = "/"), sum(z$x^2))
  }
  # the order of tied events differs, sums over them do not
  put(paste(prefix, "residuals", colnames(z$y), "sum-of-squares", sep = "/"), colSums(z$y^2))
  put(paste(prefix, "residuals", colnames(z$y), "with-time", sep = "/"), colSums(z$y * z$time))
}

compare <- function(prefix, formula, data, hazards = TRUE, ...) {
  for (ties in c("efron", "breslow")) {
    fit <- coxph(formula, data, ties = ties, control = until_converged, x = TRUE, ...)
    model_numbers(paste(prefix, ties, sep = "/"), fit)
    if (hazards) hazards_numbers(paste(prefix, ties, "hazards", sep = "/"), fit)
  }
}

with_case_weights <- function(formula, data, prefix) {
  for (ties in c("efron", "breslow")) {
    model_numbers(paste(prefix, ties, sep = "/"),
                  coxph(formula, data, weights = w, robust = FALSE, ties = ties, control = until_converged))
    model_numbers(paste(prefix, "robust", ties, sep = "/"),
                  coxph(formula, data, weights = w, cluster = row, ties = ties, control = until_converged))
  }
}

gbsg2 <- data_set("gbsg2")
gbsg2$hormone <- as.numeric(gbsg2$horTh == "yes")
lung <- data_set("lung")
names(lung) <- sub("ph.ecog", "ecog", names(lung), fixed = TRUE)
names(lung) <- sub("wt.loss", "loss", names(lung), fixed = TRUE)
rossi <- data_set("rossi")
heart <- data_set("stanford_heart_transplants")
small <- data_set("formula31")
middle <- data_set("formula400")
large <- data_set("formula1000")
middle$begin <- floor(middle$time * middle$x5 / 2)
middle <- middle[middle$begin < middle$time, ]
middle$layer <- floor(middle$x1 * 4)
middle$w <- 0.5 + middle$x5
middle$row <- seq_len(nrow(middle))  # a robust variance over the rows needs them numbered
lung$row <- seq_len(nrow(lung))
small$copy <- small$x1 + 2 * small$x2
lung$large <- lung$age * 1e6
lung$tiny <- (lung$sex + lung$ecog / 3) * 1e-3

compare("gbsg2", Surv(time, cens) ~ age + tsize + pnodes + progrec + estrec + hormone, gbsg2)
compare("lung", Surv(time, status) ~ age + sex + ecog + loss, lung)
compare("lung-by-sex", Surv(time, status) ~ age + ecog + strata(sex), lung)
compare("rossi", Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio, rossi)
compare("leukemia", Surv(t, status) ~ sex + logWBC + Rx, data_set("leukemia"))
compare("larynx", Surv(time, death) ~ age + Stage_II + Stage_III + Stage_IV, data_set("larynx"))
compare("formula31", Surv(time, event) ~ x1 + x2 + x3, small)
compare("formula1000", Surv(time, event) ~ x1 + x2 + x3 + x4 + x5, large)
compare("formula1000-by-group", Surv(time, event) ~ x1 + x3 + x4 + strata(group), large)
compare("heart", Surv(start, stop, event) ~ age + year + surgery + transplant, heart)
compare("late-entry", Surv(begin, time, event) ~ x2 + x3 + x4, middle)
compare("late-entry-by-layer", Surv(begin, time, event) ~ x2 + x3 + x4 + strata(layer), middle)
compare("collinear", Surv(time, event) ~ x1 + x2 + copy + x3, small, hazards = FALSE)
compare("scaled", Surv(time, status) ~ large + tiny, lung, hazards = FALSE)
with_case_weights(Surv(time, event) ~ x1 + x2 + x3, middle, "weighted")
with_case_weights(Surv(begin, time, event) ~ x2 + x3 + strata(layer), middle, "weighted-late-entry-by-layer")
model_numbers("lung/robust/efron",
              coxph(Surv(time, status) ~ age + sex + ecog + loss, lung, cluster = row, control = until_converged))
model_numbers("heart/by-patient/efron",
              coxph(Surv(start, stop, event) ~ age + year + surgery + transplant + cluster(id), heart,
                    control = until_converged))

concordance_numbers <- function(prefix, found) {
  put(paste("concordance", prefix, c("value", "se"), sep = "/"), c(found$concordance, sqrt(found$var)))
}
concordance_numbers("lung/age", concordance(Surv(time, status) ~ age, lung, reverse = TRUE))
concordance_numbers("lung/ecog", concordance(Surv(time, status) ~ ecog, lung, reverse = TRUE))
concordance_numbers("lung/ecog-by-sex", concordance(Surv(time, status) ~ ecog + strata(sex), lung, reverse = TRUE))
concordance_numbers("formula1000/x3", concordance(Surv(time, event) ~ x3, large, reverse = TRUE))
concordance_numbers("late-entry/x3", concordance(Surv(begin, time, event) ~ x3, middle, reverse = TRUE))
concordance_numbers("late-entry/layer",
                    concordance(Surv(begin, time, event) ~ layer, middle, reverse = TRUE, weights = w))

# ---- Firth's penalty, by its definition

# The function b -> l(b) + log det I(b) / 2 of these cases
penalised <- function(x, begin, time, event, stratum, ties) {
  sets <- list()
  for (s in unique(stratum)) for (t in unique(time[event == 1 & stratum == s])) {
    risk <- which(time >= t & begin < t & stratum == s)
    dead <- time[risk] == t & event[risk] == 1
    for (j in seq_len(sum(dead)) - 1) {
      share <- if (ties == "efron") j / sum(dead) else 0
      sets <- c(sets, list(list(x = x[risk, , drop = FALSE], part = 1 - share * dead)))
    }
  }
  own <- colSums(x[event == 1, , drop = FALSE])
  function(b) {
    total <- sum(own * b)
    information <- 0
    for (set in sets) {
      w <- exp(drop(set$x %*% b)) * set$part
      mean <- drop(w %*% set$x) / sum(w)
      total <- total - log(sum(w))
      information <- information + crossprod(set$x, w * set$x) / sum(w) - tcrossprod(mean)
    }
    total + as.numeric(determinant(information)$modulus) / 2
  }
}

# Two methods in turn for the estimate, so that it does not hang on one of them; one for a profile
highest <- function(f, start, methods) {
  best <- list(value = f(start), par = start)
  if (length(start)) for (method in methods) {
    found <- optim(best$par, f, method = method,
                   control = list(fnscale = -1, reltol = 1e-14, maxit = 5000, ndeps = rep(1e-5, length(start))))
    if (found$value > best$value) best <- found
  }
  best
}

firth_numbers <- function(prefix, x, begin, time, event, stratum, ties) {
  prefix <- paste(prefix, "firth", ties, sep = "/")
  scale <- apply(x, 2, sd)
  x <- sweep(sweep(x, 2, colMeans(x)), 2, scale, "/")
  f <- penalised(x, begin, time, event, stratum, ties)
  both <- if (ncol(x) > 1) c("BFGS", "Nelder-Mead", "BFGS") else "BFGS"
  best <- highest(f, rep(0, ncol(x)), both)
  put(paste(prefix, "likelihood-ratio", sep = "/"), 2 * (best$value - f(rep(0, ncol(x)))))
  put(paste(prefix, "log-likelihood", sep = "/"), best$value)
  for (j in seq_len(ncol(x))) {
    lost <- function(value) {
      rest <- function(others) f(append(others, value, after = j - 1))
      2 * (best$value - highest(rest, best$par[-j], "BFGS")$value)
    }
    beyond <- function(value) lost(value) - qchisq(0.95, 1)
    limit <- function(direction) {
      far <- 1
      while (beyond(best$par[j] + direction * far) < 0) far <- 2 * far
      uniroot(beyond, sort(best$par[j] + direction * c(0, far)), tol = 1e-7)$root
    }
    put(paste(prefix, colnames(x)[j], c("coef", "lower", "upper", "p"), sep = "/"),
        c(best$par[j] / scale[j], exp(limit(-1) / scale[j]), exp(limit(1) / scale[j]),
          pchisq(lost(0), 1, lower.tail = FALSE)))
  }
}

firth <- function(prefix, data, columns, time, event, begin = NULL, stratum = NULL) {
  x <- as.matrix(data[columns])
  none <- rep(0, nrow(x))
  for (ties in c("breslow", "efron")) {
    firth_numbers(prefix, x, if (is.null(begin)) none - 1 else data[[begin]], data[[time]], data[[event]],
                  if (is.null(stratum)) none else data[[stratum]], ties)
  }
}

# Every case of the second group has the event before any of the first: a monotone likelihood
small$early <- as.numeric(small$event == 1 & small$time < sort(small$time[small$event == 1])[6])
firth("formula31", small, c("x1", "x2", "x3"), "time", "event")
firth("monotone", small, c("early", "x1"), "time", "event")
firth("monotone-alone", small, "early", "time", "event")
firth("leukemia", data_set("leukemia"), c("sex", "logWBC", "Rx"), "t", "status")
firth("leukemia-by-sex", data_set("leukemia"), c("logWBC", "Rx"), "t", "status", stratum = "sex")
firth("late-entry", middle[1:40, ], c("x2", "x3"), "time", "event", begin = "begin")

save_answers(survival = "survival")
