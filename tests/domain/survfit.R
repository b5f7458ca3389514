# Kaplan-Meier and exact binomial limits as R gives them, for test_survival.py.
# Argument: a CSV with case, time, status, type, level. Prints lines of kind, case and numbers.
library(survival)
arms <- read.csv(commandArgs(trailingOnly = TRUE)[1])
for (i in unique(arms$case)) {
  arm <- arms[arms$case == i, ]
  fit <- survfit(Surv(time, status) ~ 1, data = arm, conf.type = arm$type[1], conf.int = arm$level[1])
  back <- survfit(Surv(time, 1 - status) ~ 1, data = arm, conf.type = arm$type[1], conf.int = arm$level[1])
  cat(sprintf("median %d %s\n", i, paste(sprintf("%.17g", summary(fit)$table[7:9]), collapse = " ")))
  cat(sprintf("follow_up %d %s\n", i, paste(sprintf("%.17g", summary(back)$table[7:9]), collapse = " ")))
  cat(sprintf("step %d %.17g %d %.17g %.17g %.17g %.17g\n", i, fit$time, as.integer(fit$n.risk), fit$surv,
              fit$std.err * fit$surv, fit$lower, fit$upper), sep = "")
}
for (n in c(1, 2, 5, 12, 24, 60)) for (x in 0:n) for (level in c(0.8, 0.95)) {
  limits <- binom.test(x, n, conf.level = level)$conf.int
  cat(sprintf("binom 0 %d %d %.17g %.17g %.17g\n", as.integer(x), as.integer(n), level, limits[1], limits[2]))
}
