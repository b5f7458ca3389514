"""Grade 60,000 laboratory results: `python -m tests.bench.bench_ctcae`. Exits with 1 above 5 seconds.

About what 24 subjects' laboratories would give a thousandfold: every term and analyte in turn, with and
without limits and baseline, values over the whole range.
"""

import random
import statistics
import sys
import time
from decimal import Decimal

from adverse_events.ctcae import LabResult, grade_lab, lab_pairs, lab_units, search

RESULTS = 60_000
WANTED_SECONDS = 5.0
WANTED_SEARCH_MS = 5.0


def results(count: int) -> list[LabResult]:
    draw = random.Random(5)
    pairs = lab_pairs()
    made = []
    for i in range(count):
        term, analyte = pairs[i % len(pairs)]
        units = lab_units(term, analyte)
        known = draw.random() < 0.8
        made.append(
            LabResult(
                term=term,
                analyte=analyte,
                value=Decimal(draw.randrange(1, 100_000)) / draw.choice((1, 10, 100, 1000)),
                unit=draw.choice(units) if units else "U/L",
                lln=Decimal(draw.randrange(1, 200)) if known else None,
                uln=Decimal(draw.randrange(200, 400)) if known else None,
                baseline_value=Decimal(draw.randrange(1, 400)) if known else None,
            )
        )
    return made


def slowest_search() -> float:
    """Milliseconds of the slowest search, each the median of nine: words, synonyms, typing errors."""
    search("warm up")
    return max(
        statistics.median(milliseconds(text) for _ in range(9))
        for text in ("neutropenia", "fever", "low platelets", "hyponatr", "pneumoni", "diarhoea", "e", "zzz")
    )


def milliseconds(text: str) -> float:
    started = time.perf_counter()
    search(text)
    return (time.perf_counter() - started) * 1e3


def main() -> int:
    made = results(RESULTS)
    started = time.perf_counter()
    graded = [grade_lab(result).grade for result in made]
    taken = time.perf_counter() - started
    known = sum(grade is not None for grade in graded)
    print(f"{RESULTS} results graded in {taken:.2f} s (wanted {WANTED_SECONDS:g}); {known} have a grade")
    searched = slowest_search()
    print(f"slowest term search {searched:.2f} ms (wanted {WANTED_SEARCH_MS:g})")
    return 0 if taken < WANTED_SECONDS and searched < WANTED_SEARCH_MS else 1


if __name__ == "__main__":
    sys.exit(main())
