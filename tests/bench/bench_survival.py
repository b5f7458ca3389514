"""Kaplan-Meier of 10,000 subjects beside lifelines, in one run: `python -m tests.bench.bench_survival`.

Both make the curve with log-log limits and read the median with its limits. Exits with 1 when ours is not at
least three times as fast.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times

from assessments.survival import kaplan_meier, quantile

SUBJECTS = 10_000
ROUNDS = 15
WANTED = 3.0


def seconds(run: Callable[[], object]) -> float:
    """Median seconds of a few rounds, after one to warm up."""
    run()
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run()
        rounds.append(time.perf_counter() - started)
    return statistics.median(rounds)


def main() -> int:
    random = np.random.default_rng(20)
    ok = True
    for label, decimals in (("all times distinct", 9), ("times in whole days", 0)):
        times = random.exponential(400, SUBJECTS).round(decimals)
        events = random.random(SUBJECTS) < 0.7

        def ours(times: np.ndarray = times, events: np.ndarray = events) -> object:
            return quantile(kaplan_meier(times, events))

        def theirs(times: np.ndarray = times, events: np.ndarray = events) -> object:
            fitter = KaplanMeierFitter().fit(times, events)
            return fitter.median_survival_time_, median_survival_times(fitter.confidence_interval_)

        mine, other = seconds(ours), seconds(theirs)
        ok = ok and other / mine >= WANTED
        print(
            f"{label}: {SUBJECTS} subjects, ours {mine * 1e3:.2f} ms, lifelines {other * 1e3:.2f} ms, "
            f"{other / mine:.1f} times as fast (wanted {WANTED:g})"
        )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
