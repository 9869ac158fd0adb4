# Descriptive statistics and comparisons of groups. R itself wherever it has the function; what base R
# lacks (Lilliefors, Levene, effect sizes with their intervals) is computed here from its definition, the
# intervals by searching R's own distribution functions.
source("common.R")
options(warn = -1)
z <- qnorm(.975)
search <- function(f, lower, upper) uniroot(f, c(lower, upper), tol = 1e-13, maxiter = 10000)$root

# ---- one column ------------------------------------------------------------------------------------
lilliefors <- function(x) {
  x <- sort(x); n <- length(x); p <- pnorm((x - mean(x)) / sd(x))
  d <- max(seq_len(n) / n - p, p - (seq_len(n) - 1) / n)
  k <- if (n <= 100) d else d * (n / 100)^.49
  m <- min(n, 100)
  dallal <- exp(-7.01256 * k^2 * (m + 2.78019) + 2.99587 * k * sqrt(m + 2.78019) - .122119 +
                  .974598 / sqrt(m) + 1.67997 / m)
  s <- d * (sqrt(n) - .01 + .85 / sqrt(n))
  stephens <- if (s <= .302) 1
    else if (s <= .5) 2.76773 - 19.828315 * s + 80.709644 * s^2 - 138.55152 * s^3 + 81.218052 * s^4
    else if (s <= .9) -4.901232 + 40.662806 * s - 97.490286 * s^2 + 94.029866 * s^3 - 32.355711 * s^4
    else if (s <= 1.31) 6.198765 - 19.558097 * s + 23.186922 * s^2 - 12.234627 * s^3 + 2.423045 * s^4
    else 0
  c(d, if (dallal > .1) stephens else dallal)
}

column <- function(data, name, rows = Inf) {
  x <- data_set(data)[[name]]
  x <- head(x, rows)
  x <- x[!is.na(x)]
  n <- length(x)
  at <- paste0(data, "/", name, if (is.finite(rows)) paste0(" first ", rows), "/")
  put(paste0(at, c("n", "mean", "sd", "sem", "min", "max")),
      c(n, mean(x), sd(x), sd(x) / sqrt(n), min(x), max(x)))
  for (type in c(2, 6, 7)) put(paste0(at, "quantile type ", type, "/", c("q1", "median", "q3")),
                               quantile(x, c(.25, .5, .75), type = type))
  m <- function(k) mean((x - mean(x))^k)
  put(paste0(at, "skewness"), sqrt(n * (n - 1)) / (n - 2) * m(3) / m(2)^1.5)
  w <- if (n <= 5000) shapiro.test(x) else list(statistic = NA, p.value = NA)
  put(paste0(at, "shapiro-wilk/", c("w", "p")), c(w$statistic, w$p.value))
  if (n >= 5) put(paste0(at, "lilliefors/", c("d", "p")), lilliefors(x))
}

column("lung", "age"); column("lung", "wt.loss"); column("lung", "meal.cal"); column("lung", "ph.karno")
column("larynx", "age"); column("gbsg2", "pnodes"); column("gbsg2", "estrec"); column("gbsg2", "age")
column("leukemia", "logWBC"); column("psychiatric_patients", "Age"); column("check72", "time")
column("formula31", "x1"); column("formula31", "x3"); column("formula31", "time")
column("formula1000", "x3"); column("formula1000", "time"); column("waltons", "T")
for (n in c(3:8, 11, 12, 20, 50)) { column("formula1000", "x5", n); column("formula31", "time", n) }

# ---- groups compared in a number ---------------------------------------------------------------------
hodges_lehmann <- function(at, x, y) {
  tied <- anyDuplicated(c(x, y)) > 0
  put(paste0(at, "hodges-lehmann"), median(outer(x, y, "-")))
  for (correct in c(FALSE, TRUE)) {
    w <- wilcox.test(x, y, exact = FALSE, correct = correct, conf.int = TRUE, tol.root = 1e-11)
    name <- if (correct) "mann-whitney-corrected/" else "mann-whitney/"
    put(paste0(at, name, c("u", "p", "lower", "upper")), c(w$statistic, w$p.value, w$conf.int))
  }
  if (!tied && max(length(x), length(y)) < 50) {
    w <- wilcox.test(x, y, exact = TRUE, conf.int = TRUE)
    put(paste0(at, "mann-whitney-exact/", c("u", "p", "lower", "upper")), c(w$statistic, w$p.value, w$conf.int))
  }
}

standard_units <- function(at, x, y) {
  m <- length(x); n <- length(y); df <- m + n - 2
  d <- (mean(x) - mean(y)) / sqrt(((m - 1) * var(x) + (n - 1) * var(y)) / df)
  unit <- sqrt(1 / m + 1 / n); t <- d / unit
  nc <- sapply(c(.975, .025), function(p) search(function(nc) pt(t, df, nc) - p, t - 15, t + 15))
  j <- gamma(df / 2) / (sqrt(df / 2) * gamma((df - 1) / 2))
  if (df > 300) j <- exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
  put(paste0(at, "cohen_d/", c("value", "lower", "upper")), c(d, nc * unit))
  put(paste0(at, "hedges_g/", c("value", "lower", "upper")), j * c(d, nc * unit))
  smd <- (mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2)
  half <- z * sqrt((m + n) / (m * n) + smd^2 / (2 * (m + n)))
  put(paste0(at, "smd/", c("value", "lower", "upper")), smd + c(0, -half, half))
  a <- mean(outer(x, y, ">") + outer(x, y, "==") / 2)
  k <- (m + n) / 2 - 1
  g <- function(q) (a - q)^2 - z^2 * q * (1 - q) * (1 + k * (1 - q) / (2 - q) + k * q / (1 + q)) / (m * n)
  lower <- if (a == 0) 0 else search(g, 0, a)
  upper <- if (a == 1) 1 else search(g, a, 1)
  put(paste0(at, "rank_biserial/", c("value", "lower", "upper")), 2 * c(a, lower, upper) - 1)
}

explained <- function(at, x, g) {
  n <- length(x); k <- nlevels(g)
  fit <- anova(lm(x ~ g)); f <- fit$F[1]
  nc <- sapply(c(.975, .025), function(p)
    if (pf(f, k - 1, n - k) <= p) 0 else search(function(nc) pf(f, k - 1, n - k, nc) - p, 0, 10 * n))
  put(paste0(at, "eta_squared/", c("value", "lower", "upper")),
      c(fit[[2]][1] / sum(fit[[2]]), nc / (nc + n)))
  h <- kruskal.test(x, g)$statistic
  nc <- sapply(c(.975, .025), function(p)
    if (pchisq(h, k - 1) <= p) 0 else search(function(nc) pchisq(h, k - 1, nc) - p, 0, 10 * n))
  put(paste0(at, "epsilon_squared/", c("value", "lower", "upper")), c(h, nc) / (n - 1))
}

numbers <- function(data, value, group) {
  table <- data_set(data)
  table <- table[!is.na(table[[value]]) & !is.na(table[[group]]), ]
  x <- table[[value]]; g <- factor(table[[group]])
  at <- paste0(data, "/", value, " by ", group, "/")
  fit <- anova(lm(abs(x - ave(x, g)) ~ g))
  put(paste0(at, "levene/", c("f", "p")), c(fit$F[1], fit[["Pr(>F)"]][1]))
  if (nlevels(g) > 2) {
    fit <- anova(lm(x ~ g))
    put(paste0(at, "anova/", c("f", "p")), c(fit$F[1], fit[["Pr(>F)"]][1]))
    w <- if (min(table(g)) > 1) oneway.test(x ~ g) else list(statistic = NA, parameter = c(NA, NA), p.value = NA)
    put(paste0(at, "welch-anova/", c("f", "df2", "p")), c(w$statistic, w$parameter[2], w$p.value))
    k <- kruskal.test(x, g)
    put(paste0(at, "kruskal-wallis/", c("h", "p")), c(k$statistic, k$p.value))
    return(explained(at, x, g))
  }
  parts <- split(x, g); a <- parts[[1]]; b <- parts[[2]]
  for (equal in c(TRUE, FALSE)) {
    t <- t.test(a, b, var.equal = equal)
    put(paste0(at, if (equal) "t/" else "welch/", c("t", "df", "p", "lower", "upper")),
        c(t$statistic, t$parameter, t$p.value, t$conf.int))
  }
  hodges_lehmann(at, a, b)
  standard_units(at, a, b)
}

numbers("lung", "wt.loss", "sex"); numbers("lung", "age", "sex"); numbers("lung", "meal.cal", "sex")
numbers("lung", "age", "ph.ecog"); numbers("lung", "time", "ph.ecog"); numbers("lung", "wt.loss", "ph.karno")
numbers("larynx", "age", "Stage_II"); numbers("gbsg2", "pnodes", "tgrade"); numbers("gbsg2", "age", "tgrade")
numbers("gbsg2", "age", "horTh"); numbers("gbsg2", "estrec", "menostat"); numbers("waltons", "T", "group")
numbers("leukemia", "logWBC", "Rx"); numbers("leukemia", "logWBC", "sex"); numbers("g3", "age", "group")
numbers("psychiatric_patients", "Age", "sex"); numbers("check72", "time", "sex")
numbers("formula31", "x1", "group"); numbers("formula31", "x5", "group"); numbers("formula31", "x3", "x4")
numbers("formula31", "time", "group"); numbers("formula31", "x1", "cause"); numbers("formula1000", "x3", "group")
numbers("formula1000", "time", "cause"); numbers("formula400", "x1", "event")

# ---- tables of counts --------------------------------------------------------------------------------
# Fisher's p and odds ratio as R gives them. R searches the limits to four digits, so that they
# are searched again here, to all digits, in the distribution that R's own help page names.
conditional <- function(at, t) {
  R <- fisher.test(t)
  put(paste0(at, "fisher/p"), R$p.value)
  put(paste0(at, "odds_ratio_conditional/R/", c("value", "lower", "upper")), c(R$estimate, R$conf.int))
  row <- sum(t[1, ]); first <- sum(t[, 1]); n <- sum(t)
  s <- max(0, row + first - n):min(row, first)
  weight <- dhyper(s, first, n - first, row, log = TRUE)
  p <- function(b) { l <- weight + s * b; l <- exp(l - max(l)); l / sum(l) }
  a <- t[1, 1]
  value <- if (a == min(s)) 0 else if (a == max(s)) Inf else exp(search(function(b) sum(s * p(b)) - a, -30, 30))
  lower <- if (a == min(s)) 0 else exp(search(function(b) sum(p(b)[s >= a]) - .025, -30, 30))
  upper <- if (a == max(s)) Inf else exp(search(function(b) sum(p(b)[s <= a]) - .025, -30, 30))
  put(paste0(at, "odds_ratio_conditional/", c("value", "lower", "upper")), c(value, lower, upper))
}

four_fold <- function(at, t) {
  yates <- chisq.test(t, correct = TRUE)
  put(paste0(at, "yates/", c("chi-square", "p")), c(yates$statistic, yates$p.value))
  conditional(at, t)
  n <- rowSums(t); p <- t[, 1] / n
  wilson <- sapply(1:2, function(i) prop.test(t[i, 1], n[i], correct = FALSE)$conf.int)
  gap <- p[1] - p[2]
  put(paste0(at, "risk_difference/", c("value", "lower", "upper")),
      gap + c(0, -sqrt((p[1] - wilson[1, 1])^2 + (wilson[2, 2] - p[2])^2),
              sqrt((wilson[2, 1] - p[1])^2 + (p[2] - wilson[1, 2])^2)))
  odds <- t[1, 1] * t[2, 2] / (t[1, 2] * t[2, 1])
  put(paste0(at, "odds_ratio/", c("value", "lower", "upper")),
      c(odds, if (min(t) > 0) odds * exp(c(-z, z) * sqrt(sum(1 / t))) else c(NA, NA)))
  risk <- p[1] / p[2]
  put(paste0(at, "risk_ratio/", c("value", "lower", "upper")),
      c(risk, if (min(t[, 1]) > 0) risk * exp(c(-z, z) * sqrt(sum(1 / t[, 1]) - sum(1 / n))) else c(NA, NA)))
}

counts <- function(name, t, exact = TRUE) {
  at <- paste0("table ", name, "/")
  x <- chisq.test(t, correct = FALSE)
  put(paste0(at, "pearson/", c("chi-square", "df", "p")), c(x$statistic, x$parameter, x$p.value))
  scale <- sum(t) * (min(dim(t)) - 1)
  nc <- sapply(c(.975, .025), function(p)
    if (pchisq(x$statistic, x$parameter) <= p) 0
    else search(function(nc) pchisq(x$statistic, x$parameter, nc) - p, 0, 20 * sum(t)))
  v <- sqrt(c(x$statistic, nc) / scale)
  put(paste0(at, "cramers_v/", c("value", "lower", "upper")), c(v[1], min(v[1], v[2]), min(1, max(v[1], v[3]))))
  if (nrow(t) == 2) {
    p <- t[1, -1] / sum(t[1, ]); q <- t[2, -1] / sum(t[2, ]); d <- p - q
    s <- (diag(p, length(p)) - p %o% p + diag(q, length(q)) - q %o% q) / 2
    put(paste0(at, "smd"), if (rcond(s) < 1e-12) NA else sqrt(d %*% solve(s, d)))
  }
  if (all(dim(t) == 2)) four_fold(at, t)
  else if (exact) put(paste0(at, "fisher-freeman-halton/p"), fisher.test(t, workspace = 2e7)$p.value)
}

gbsg2 <- data_set("gbsg2"); lung <- data_set("lung"); small <- data_set("formula31")
counts("gbsg2 horTh by menostat", unclass(table(gbsg2$menostat, gbsg2$horTh)))
counts("gbsg2 tgrade by horTh", unclass(table(gbsg2$horTh, gbsg2$tgrade)))
counts("lung ph.ecog by sex", unclass(table(lung$sex, lung$ph.ecog)))
counts("lung ph.ecog by ph.karno", unclass(table(lung$ph.karno, lung$ph.ecog)), exact = FALSE)
counts("formula31 event by group", unclass(table(small$group, small$event)))
counts("formula31 cause by group", unclass(table(small$group, small$cause)))
square <- function(...) matrix(c(...), 2, byrow = TRUE)
counts("tea", square(3, 1, 1, 3))
counts("8 2 1 5", square(8, 2, 1, 5))
counts("0 10 5 7", square(0, 10, 5, 7))
counts("5 7 0 10", square(5, 7, 0, 10))
counts("6 0 0 7", square(6, 0, 0, 7))
counts("29 2 31 9", square(29, 2, 31, 9))
counts("12 9 8 11", square(12, 9, 8, 11))
counts("15 16 4 27", square(15, 16, 4, 27))
counts("1 200 9 190", square(1, 200, 9, 190))
counts("2000 3000 2100 2900", square(2000, 3000, 2100, 2900))
counts("job satisfaction", matrix(c(1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11), 4, 4))
counts("3 x 4", matrix(c(3, 1, 2, 0, 4, 5, 2, 2, 1, 0, 3, 8), 3))
counts("4 x 4", matrix(c(2, 5, 1, 7, 0, 3, 4, 4, 2, 6, 3, 1, 8, 2, 5, 9), 4))
counts("4 x 5", matrix(c(5, 0, 1, 2, 8, 3, 4, 4, 9, 1, 1, 2, 3, 3, 2, 6, 7, 0, 2, 4), 4))
counts("2 x 6", matrix(c(2, 1, 0, 3, 4, 1, 1, 5, 6, 2, 2, 4), 2))
counts("5 x 2", matrix(c(9, 8, 5, 3, 2, 1, 4, 6, 7, 9), 5))
counts("grade by Clavien-Dindo", matrix(c(2, 5, 1, 3, 10, 2, 1, 3, 1, 0, 2, 1), 3))

# ---- proportions and adjusted p values -----------------------------------------------------------------
for (pair in list(c(15, 31), c(29, 31), c(0, 31), c(31, 31), c(1, 7), c(120, 686))) {
  at <- paste0("proportion ", pair[1], " of ", pair[2], "/")
  put(paste0(at, "wilson/", c("lower", "upper")), prop.test(pair[1], pair[2], correct = FALSE)$conf.int)
  put(paste0(at, "clopper-pearson/", c("lower", "upper")), binom.test(pair[1], pair[2])$conf.int)
}
p <- c(.01, .02, .03, .04, .05, .0001, .9, .04, NA, .5, 1)
for (method in c("holm", "BH")) for (size in c(5, 8, 11))
  put(paste0("adjusted/", tolower(method), "/", size, " values/", seq_len(size)), p.adjust(p[seq_len(size)], method))

save_answers("stats")
