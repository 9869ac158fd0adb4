# Competing risks: survival gives cumulative incidences, their errors (infinitesimal jackknife) and intervals,
# and a second way to the Fine-Gray coefficients; cmprsk gives Gray's test and the Fine-Gray model. Under
# delayed entry survfit's errors are of another kind, so Greenwood's formula is summed here, term by term.
source("common.R")
suppressPackageStartupMessages({library(survival); library(cmprsk)})

with_causes <- function(d) { d$status <- factor(d$cause, 0:2); d }
formula400 <- with_causes(data_set("formula400"))
formula1000 <- with_causes(data_set("formula1000"))
formula31 <- with_causes(data_set("formula31"))
nodes <- data_set("lymph_node")
# recurrence first, or death on the last day of the time to recurrence
died <- nodes$censdead == 1 & nodes$rectime == nodes$survtime
nodes$cause <- ifelse(nodes$censrec == 0, 0, ifelse(died, 2, 1))
nodes$time <- nodes$rectime
nodes <- with_causes(nodes)
# deaths of patients who rated themselves below 70 count as another cause; no rating, no cause
lung <- data_set("lung")
lung$cause <- ifelse(is.na(lung$pat.karno), NA, lung$status * (1 + (lung$pat.karno < 70)))
lung <- with_causes(lung)

put_incidence <- function(name, d, times) {
  for (type in c("plain", "log", "log-log")) {
    fit <- survfit(Surv(time, status) ~ 1, data = d, conf.type = type)
    at <- summary(fit, times = times)
    for (cause in 1:2) for (k in seq_along(times)) {
      here <- paste(name, "incidence", cause, times[k], sep = "/")
      inside <- at$pstate[k, cause + 1] > 0 && at$pstate[k, cause + 1] < 1
      limits <- if (inside) c(at$lower[k, cause + 1], at$upper[k, cause + 1]) else c(NA, NA)
      # survfit lets plain limits leave 0 ... 1
      if (type == "plain") limits <- pmin(pmax(limits, 0), 1)
      put(paste(here, type, c("lower", "upper"), sep = "/"), limits)
      if (type == "plain") put(paste(here, c("value", "se", "at_risk"), sep = "/"),
                               c(at$pstate[k, cause + 1], at$std.err[k, cause + 1], at$n.risk[k, 1]))
    }
  }
  put(paste(name, "incidence/sum-of-se", 1:2, sep = "/"), colSums(fit$std.err[, 2:3]))
  put(paste(name, "incidence/sum", 1:2, sep = "/"), colSums(fit$pstate[, 2:3]))
}
put_incidence("formula400", formula400, c(1, 30, 180, 365, 730, 1500))
put_incidence("formula1000", formula1000, c(1, 30, 180, 365, 730, 1500, 1900))
put_incidence("formula31", formula31, c(30, 365, 730, 1200))
put_incidence("lymph_node", nodes, c(180, 365, 730, 1461, 2192))
put_incidence("lung", lung, c(30, 180, 365, 730))
for (one in c("A", "B"))
  put_incidence(paste0("formula1000/group=", one), formula1000[formula1000$group == one, ], c(30, 365, 1200))

put_gray <- function(name, found) for (cause in rownames(found$Tests))
  put(paste(name, cause, c("statistic", "df", "p"), sep = "/"), found$Tests[cause, c("stat", "df", "pv")])
for (name in c("formula31", "formula400", "formula1000")) {
  d <- get(name)
  d$third <- floor(3 * d$x1)
  put_gray(paste0(name, "/gray/group"), cuminc(d$time, d$cause, d$group))
  put_gray(paste0(name, "/gray/third"), cuminc(d$time, d$cause, d$third))
  for (rho in c(0.5, 1, 2))
    put_gray(paste0(name, "/gray/third/rho=", rho), cuminc(d$time, d$cause, d$third, rho = rho))
  put_gray(paste0(name, "/gray/third/strata"), cuminc(d$time, d$cause, d$third, strata = d$x4))
}
put_gray("lymph_node/gray/grade", cuminc(nodes$time, nodes$cause, nodes$grade))
put_gray("lymph_node/gray/hormone", cuminc(nodes$time, nodes$cause, nodes$hormone, strata = nodes$grade))
put_gray("lung/gray/sex", cuminc(lung$time, lung$cause, lung$sex, subset = !is.na(lung$cause)))

exact <- coxph.control(eps = 1e-11, toler.chol = 1e-13)
put_fine_gray <- function(name, d, terms, at) {
  d <- d[complete.cases(d[, c("time", "cause", terms)]), ]
  x <- as.matrix(d[, terms])
  as_given <- d$time
  for (cause in 1:2) {
    here <- paste(name, "fine-gray", cause, sep = "/")
    fit <- crr(d$time, d$cause, x, failcode = cause, gtol = 1e-14, maxiter = 100)
    se <- sqrt(diag(fit$var))
    z <- qnorm(0.975)
    for (i in seq_along(terms))
      put(paste(here, terms[i], c("coef", "se", "lower", "upper", "p"), sep = "/"),
          c(fit$coef[i], se[i], exp(fit$coef[i] + c(-z, z) * se[i]), 2 * pnorm(-abs(fit$coef[i] / se[i]))))
    put(paste(here, c("log_likelihood/null", "log_likelihood"), sep = "/"), c(fit$loglik.null, fit$loglik))
    put(paste(here, "wald", sep = "/"), fit$coef %*% solve(fit$var, fit$coef))
    predicted <- predict(fit, cov1 = rbind(x[1, ], x[2, ]))
    put(paste(here, "predicted", rep(1:2, each = length(at)), rep(at, 2), sep = "/"),
        predicted[findInterval(at, predicted[, 1]), 2:3])
    # The same model by weighted rows (survival). There who is censored at a time leaves after those with an
    # event, in crr they leave together: the two are one model only where the two kinds are not tied.
    d$time <- d$time + seq_len(nrow(d)) / 10000
    weighted <- finegray(as.formula(paste("Surv(time, status) ~", paste(terms, collapse = "+"))),
                         data = d, etype = as.character(cause))
    again <- coxph(as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste(terms, collapse = "+"))),
                   data = weighted, weights = fgwt, ties = "breslow", control = exact)
    put(paste(here, "weighted-rows", terms, sep = "/"), coef(again))
    d$time <- as_given
    # and the cause-specific model
    cs <- coxph(as.formula(paste("Surv(time, cause ==", cause, ") ~", paste(terms, collapse = "+"))),
                data = d, control = exact)
    here <- paste(name, "cause-specific", cause, sep = "/")
    table <- summary(cs)
    put(paste(here, rep(terms, each = 5), c("coef", "se", "p", "lower", "upper"), sep = "/"),
        t(cbind(table$coefficients[, c("coef", "se(coef)", "Pr(>|z|)"), drop = FALSE],
                table$conf.int[, 3:4, drop = FALSE])))
  }
}
put_fine_gray("formula31", formula31, "x1", c(100, 700))
put_fine_gray("formula400", formula400, paste0("x", 1:5), c(100, 1000))
put_fine_gray("formula1000", formula1000, paste0("x", 1:5), c(100, 1000))
put_fine_gray("lymph_node", nodes, c("age", "hormone", "size", "nodes"), c(365, 1461))
put_fine_gray("lung", lung, c("age", "sex", "ph.ecog", "wt.loss"), c(100, 500))

# Delayed entry: incidence by survfit, its variance by the definition, one pair of times after another.
delayed <- data_set("multicenter_aids_cohort_study")
delayed$cause <- delayed$D * (1 + (delayed$AIDSY > 1994.5))
delayed$status <- factor(delayed$cause, 0:2)
fit <- survfit(Surv(W, T, status) ~ 1, data = delayed, id = seq_len(nrow(delayed)))
at <- sort(unique(delayed$T))
n <- sapply(at, function(t) sum(delayed$W < t & delayed$T >= t))
of <- function(cause) sapply(at, function(t) sum(delayed$T == t & delayed$cause == cause))
d <- of(1) + of(2)
before <- c(1, cumprod(1 - d / n))[seq_along(at)]
for (cause in 1:2) {
  dk <- of(cause)
  f <- cumsum(before * dk / n)
  for (t in c(2, 4, 6)) {
    upto <- at <= t
    gap <- max(f[upto]) - f[upto]
    greenwood <- ifelse(n[upto] > d[upto], d[upto] / (n[upto] * (n[upto] - d[upto])), 0)
    variance <- sum(gap^2 * greenwood) - 2 * sum(gap * before[upto] * dk[upto] / n[upto]^2) +
      sum(before[upto]^2 * dk[upto] * (n[upto] - dk[upto]) / n[upto]^3)
    put(paste("aids/delayed-entry", cause, t, c("value", "se", "at_risk"), sep = "/"),
        c(summary(fit, times = t)$pstate[, cause + 1], sqrt(variance), n[which(at >= t)[1]]))
  }
}
save_answers("survival", "cmprsk")
