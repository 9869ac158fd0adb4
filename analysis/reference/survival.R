# Survival curves, their quantiles and means, and tests between groups. survival gives all but the tests
# of Gehan-Breslow and Tarone-Ware, trend, and everything under delayed entry: survdiff has none of these,
# so they are summed here time by time from their definition, without the tricks of a program.
source("common.R")
suppressPackageStartupMessages(library(survival))

TYPES <- c("plain", "log", "log-log")
LIMITS <- c("value", "lower", "upper")

# A band can rise again where few are at risk. quantile() then takes the time at which it is closest below
# the height (so that a lower limit can exceed its estimate), print() the first time at which it is
# below; the first is what a limit means.
limit <- function(time, band, by_r, p) {
  rises <- any(diff(band) > 0, na.rm = TRUE)
  if (rises) time[which(band <= 1 - p + sqrt(.Machine$double.eps))[1]] else by_r
}

put_quantiles <- function(name, surv) {
  quartiles <- c(q1 = 0.25, median = 0.5, q3 = 0.75)
  for (type in TYPES) {
    fit <- survfit(surv ~ 1, conf.type = type)
    found <- quantile(fit, quartiles)
    for (i in 1:3) {
      put(paste(name, names(quartiles)[i], type, LIMITS, sep = "/"),
          c(found$quantile[i], limit(fit$time, fit$lower, found$lower[i], quartiles[i]),
            limit(fit$time, fit$upper, found$upper[i], quartiles[i])))
    }
  }
}

put_mean <- function(name, fit, tau) {
  table <- survival:::survmean(fit, rmean = tau)$matrix
  put(paste0(name, c("/value", "/se")), table[c("rmean", "se(rmean)")])
}

put_rates <- function(name, surv, times) {
  for (type in TYPES) {
    at <- summary(survfit(surv ~ 1, conf.type = type), times = times)
    for (k in seq_along(times)) {
      # where S is 1 R's limits are 1 or absent, ours are exact binomial ones: not compared
      limits <- if (at$surv[k] < 1) c(at$lower[k], at$upper[k]) else NA
      put(paste(name, k, type, c("lower", "upper"), sep = "/"), rep(limits, length.out = 2))
    }
  }
  for (k in seq_along(times)) {
    put(paste(name, k, c("time", "survival", "se", "at_risk"), sep = "/"),
        c(times[k], at$surv[k], at$std.err[k], at$n.risk[k]))
  }
  put(paste(name, seq_along(times), "events", sep = "/"), cumsum(at$n.event))
}

put_curve <- function(name, surv) {
  fit <- survfit(surv ~ 1)
  last <- max(fit$time)
  put(paste0(name, c("/n", "/events")), c(fit$n, sum(fit$n.event)))
  put_rates(paste0(name, "/curve"), surv, fit$time[1 + ((0:5) * (length(fit$time) - 1)) %/% 5])
  put_rates(paste0(name, "/landmark"), surv, last * c(0.1, 0.33, 0.5))
  put_quantiles(name, surv)
  put_mean(paste0(name, "/mean"), fit, last)
  put_mean(paste0(name, "/rmst"), fit, last / 2)
  status <- surv[, ncol(surv)]
  backwards <- if (ncol(surv) == 2) Surv(surv[, 1], 1 - status) else Surv(surv[, 1], surv[, 2], 1 - status)
  put_quantiles(paste0(name, "/follow-up"), backwards)
}

# The four weights, summed from their definition; entry < t <= time is at risk at t.
rank_sums <- function(time, event, group, weight, strata = 0 * time, entry = rep(-1, length(time))) {
  levels <- sort(unique(group))
  deviation <- numeric(length(levels))
  covariance <- matrix(0, length(levels), length(levels))
  for (stratum in unique(strata)) {
    km <- 1
    for (t in sort(unique(time[event == 1 & strata == stratum]))) {
      here <- strata == stratum & entry < t & time >= t
      dead <- here & time == t & event == 1
      n <- sum(here)
      d <- sum(dead)
      share <- sapply(levels, function(level) sum(here & group == level)) / n
      w <- switch(weight, "log-rank" = 1, "gehan-breslow" = n, "tarone-ware" = sqrt(n), "peto" = km)
      deviation <- deviation + w * (sapply(levels, function(level) sum(dead & group == level)) - d * share)
      if (n > 1) {
        covariance <- covariance + w^2 * d * (n - d) / (n - 1) * (diag(share) - share %o% share)
      }
      km <- km * (1 - d / n)
    }
  }
  list(deviation = deviation, covariance = covariance)
}

put_test <- function(name, statistic, df) {
  put(paste0(name, c("/statistic", "/df", "/p")), c(statistic, df, pchisq(statistic, df, lower.tail = FALSE)))
}

put_sums <- function(name, sums) {
  kept <- seq_along(sums$deviation)[-1]
  put_test(name, sum(sums$deviation[kept] * solve(sums$covariance[kept, kept], sums$deviation[kept])),
           length(kept))
}

put_trend <- function(name, sums, scores) {
  put_test(name, sum(scores * sums$deviation)^2 / drop(scores %*% sums$covariance %*% scores), 1)
}

put_survdiff <- function(name, test) {
  put_test(name, test$chisq, length(test$n) - 1)
  if (is.null(test$strata)) {
    put(paste(name, "expected", seq_along(test$exp), sep = "/"), test$exp)
    put(paste(name, "observed", seq_along(test$obs), sep = "/"), test$obs)
  }
}

put_tests <- function(name, time, event, group, strata = NULL) {
  layers <- if (is.null(strata)) rep(0, length(time)) else strata
  formula <- if (is.null(strata)) Surv(time, event) ~ group else Surv(time, event) ~ group + strata(strata)
  put_survdiff(paste0(name, "/log-rank"), survdiff(formula))
  put_survdiff(paste0(name, "/peto"), survdiff(formula, rho = 1))
  for (weight in c("gehan-breslow", "tarone-ware")) {
    put_sums(paste(name, weight, sep = "/"), rank_sums(time, event, group, weight, layers))
  }
}

put_pairs <- function(name, time, event, group) {
  pairs <- combn(sort(unique(group)), 2)
  p <- apply(pairs, 2, function(pair) {
    two <- group %in% pair
    survdiff(Surv(time[two], event[two]) ~ group[two])$pvalue
  })
  labels <- apply(pairs, 2, function(pair) paste(name, paste(pair, collapse = "-"), sep = "/"))
  put(paste0(labels, "/p"), p)
  put(paste0(labels, "/holm"), p.adjust(p, "holm"))
  put(paste0(labels, "/bh"), p.adjust(p, "BH"))
}

put_difference <- function(name, a, b, tau) {
  both <- lapply(list(a, b), function(surv) survival:::survmean(survfit(surv ~ 1), rmean = tau)$matrix)
  difference <- both[[1]]["rmean"] - both[[2]]["rmean"]
  se <- sqrt(both[[1]]["se(rmean)"]^2 + both[[2]]["se(rmean)"]^2)
  z <- difference / se
  put(paste(name, c("value", "se", "lower", "upper", "statistic", "p"), sep = "/"),
      c(difference, se, difference - qnorm(0.975) * se, difference + qnorm(0.975) * se, z, 2 * pnorm(-abs(z))))
}

lung <- data_set("lung")
gbsg2 <- data_set("gbsg2")
rossi <- data_set("rossi")
leukemia <- data_set("leukemia")
waltons <- data_set("waltons")
larynx <- data_set("larynx")
larynx$stage <- 1 + larynx$Stage_II + 2 * larynx$Stage_III + 3 * larynx$Stage_IV
psychiatric <- data_set("psychiatric_patients")
aids <- data_set("multicenter_aids_cohort_study")
check72 <- data_set("check72")
formula31 <- data_set("formula31")
formula1000 <- data_set("formula1000")
ecog <- lung[!is.na(lung$ph.ecog), ]

put_curve("lung", with(lung, Surv(time, status)))
for (sex in 1:2) put_curve(paste0("lung/sex=", sex), with(lung[lung$sex == sex, ], Surv(time, status)))
put_curve("gbsg2", with(gbsg2, Surv(time, cens)))
put_curve("rossi", with(rossi, Surv(week, arrest)))
put_curve("leukemia", with(leukemia, Surv(t, status)))
for (rx in 0:1) put_curve(paste0("leukemia/Rx=", rx), with(leukemia[leukemia$Rx == rx, ], Surv(t, status)))
put_curve("waltons", with(waltons, Surv(T, E)))
put_curve("larynx", with(larynx, Surv(time, death)))
for (stage in 1:4) {
  put_curve(paste0("larynx/stage=", stage), with(larynx[larynx$stage == stage, ], Surv(time, death)))
}
put_curve("psychiatric", with(psychiatric, Surv(T, C)))
put_curve("psychiatric/from-age", with(psychiatric, Surv(Age, Age + T, C)))
put_curve("aids/delayed-entry", with(aids, Surv(W, T, D)))
put_curve("check72", with(check72, Surv(time, event)))
put_curve("formula31", with(formula31, Surv(time, event)))
put_curve("formula1000", with(formula1000, Surv(time, event)))

put_tests("lung/by-sex", lung$time, lung$status, lung$sex)
put_tests("lung/by-ecog", ecog$time, ecog$status, ecog$ph.ecog)
put_tests("lung/by-sex-within-ecog", ecog$time, ecog$status, ecog$sex, ecog$ph.ecog)
put_tests("lung/by-ecog-within-sex", ecog$time, ecog$status, ecog$ph.ecog, ecog$sex)
put_tests("gbsg2/by-grade", gbsg2$time, gbsg2$cens, gbsg2$tgrade)
put_tests("gbsg2/by-therapy-within-grade", gbsg2$time, gbsg2$cens, gbsg2$horTh, gbsg2$tgrade)
put_tests("rossi/by-aid", rossi$week, rossi$arrest, rossi$fin)
put_tests("leukemia/by-treatment", leukemia$t, leukemia$status, leukemia$Rx)
put_tests("waltons/by-group", waltons$T, waltons$E, waltons$group)
put_tests("larynx/by-stage", larynx$time, larynx$death, larynx$stage)
put_tests("psychiatric/by-sex", psychiatric$T, psychiatric$C, psychiatric$sex)
put_tests("formula31/by-group", formula31$time, formula31$event, formula31$group)
put_tests("formula1000/by-group", formula1000$time, formula1000$event, formula1000$group)

for (weight in c("log-rank", "gehan-breslow", "tarone-ware", "peto")) {
  put_sums(paste0("aids/delayed-entry/by-half/", weight),
           with(aids, rank_sums(T, D, AIDSY > 1994.8, weight, entry = W)))
  put_sums(paste0("psychiatric/from-age/by-sex/", weight),
           with(psychiatric, rank_sums(Age + T, C, sex, weight, entry = Age)))
  put_trend(paste0("larynx/trend/", weight), with(larynx, rank_sums(time, death, stage, weight)), 1:4)
  put_trend(paste0("lung/trend-in-ecog-within-sex/", weight),
            with(ecog, rank_sums(time, status, ph.ecog, weight, sex)), c(0, 1, 4, 9))
}
put_pairs("larynx/pairs", larynx$time, larynx$death, larynx$stage)
put_pairs("gbsg2/pairs", gbsg2$time, gbsg2$cens, gbsg2$tgrade)

for (tau in c(90, 365, 700)) {
  put_difference(paste0("lung/difference/tau=", tau), with(lung[lung$sex == 1, ], Surv(time, status)),
                 with(lung[lung$sex == 2, ], Surv(time, status)), tau)
}
put_mean("lung/tau=365", survfit(Surv(time, status) ~ 1, lung), 365)
put_mean("aids/delayed-entry/tau=3", survfit(Surv(W, T, D) ~ 1, aids), 3)

# The clock restarted at 180 days among those still free of the event
later <- lung[lung$time > 180 | (lung$time == 180 & lung$status == 0), ]
put_curve("lung/from-180", with(later, Surv(time - 180, status)))

save_answers("survival")
