"""How long RECIST histories and endpoints take: `python -m tests.bench.bench_recist`.

Each subject has 5 targets, 2 non-targets and 8 scans with split, small, absent and missing lesions; every
history is read by RECIST 1.1 and its three endpoints are derived. Prints seconds for 1,000 and 10,000
subjects and how the time per subject grows. Exits 1 when 10,000 subjects take 10 s or more, or when one of
them costs over 1.5 times as much as one of 1,000.
"""

import datetime
import random
import sys
import time
from decimal import Decimal

from assessments.endpoints import (
    EndpointRules,
    Timeline,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from assessments.recist import (
    Baseline,
    DatedResponse,
    Finding,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Scan,
    TargetLesion,
    TargetValue,
    read_history,
)

LIMIT_SECONDS = 10.0
LIMIT_GROWTH = 1.5
INFUSION_ON = datetime.date(2025, 1, 6)
SCAN_DAYS = (28, 60, 90, 180, 270, 365, 455, 545)

Subject = tuple[Baseline, tuple[Scan, ...], datetime.date | None]


def make_subject(source: random.Random) -> Subject:
    """One subject; the same source state gives the same subject."""
    targets = tuple(
        TargetLesion(f"T{i}", f"site {i}", i > 3, Decimal(source.randint(150, 600)) / 10) for i in range(1, 6)
    )
    non_targets = (NonTargetLesion("N1", "bone"), NonTargetLesion("N2", "ascites"))
    trend = Decimal(source.randint(60, 115)) / 100
    scans = tuple(make_scan(source, targets, trend**n, day) for n, day in enumerate(SCAN_DAYS, 1))
    died_on = INFUSION_ON + datetime.timedelta(days=source.randint(546, 900)) if source.random() < 0.4 else None
    return Baseline(targets, non_targets), scans, died_on


def make_scan(source: random.Random, targets: tuple[TargetLesion, ...], shrink: Decimal, day: int) -> Scan:
    """All lesions of one scan, to 0.1 mm."""
    values: dict[str, TargetValue] = {}
    for lesion in targets:
        size = (lesion.diameter_mm * shrink).quantize(Decimal("0.1"))
        chance = source.random()
        if chance < 0.02:
            values[lesion.id] = Finding.NOT_EVALUABLE
        elif chance < 0.06:
            values[lesion.id] = (size / 2, size / 4)
        elif size < 5:
            values[lesion.id] = source.choice((Finding.TOO_SMALL, Finding.ABSENT))
        else:
            values[lesion.id] = size
    status = NonTargetStatus.PRESENT if source.random() < 0.8 else NonTargetStatus.ABSENT
    return Scan(
        on=INFUSION_ON + datetime.timedelta(days=day),
        performed=source.random() > 0.02,
        targets=values,
        non_targets={"N1": status, "N2": NonTargetStatus.ABSENT},
        new_lesion=source.choices(tuple(NewLesion), (95, 3, 2))[0],
    )


def derive(subject: Subject, rules: EndpointRules) -> int:
    """Read one history and derive OS, PFS and DOR; the days of PFS, so that nothing is skipped."""
    baseline, scans, died_on = subject
    history = read_history(baseline, scans, reference_on=INFUSION_ON)
    timeline = Timeline(
        infusion_on=INFUSION_ON,
        baseline_on=INFUSION_ON - datetime.timedelta(days=7),
        assessments=tuple(DatedResponse(point.on, point.overall) for point in history.time_points),
        death_on=died_on,
        cutoff_on=INFUSION_ON + datetime.timedelta(days=800),
    )
    overall_survival(timeline)
    duration_of_response(timeline, rules)
    return progression_free_survival(timeline, rules).days_difference


def measure(n_subjects: int) -> tuple[float, float]:
    """Processor and elapsed seconds to derive everything, best of three runs; making the data is free."""
    source = random.Random(20250106)
    subjects = [make_subject(source) for _ in range(n_subjects)]
    rules = EndpointRules()
    runs = []
    for _ in range(3):
        cpu, wall = time.process_time(), time.perf_counter()
        for subject in subjects:
            derive(subject, rules)
        runs.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(runs)


def main() -> int:
    """Print the figures; 1 when a limit is broken."""
    (small, small_wall), (large, large_wall) = measure(1_000), measure(10_000)
    growth = large / (10 * small)
    sys.stdout.write(
        f" 1,000 subjects x {len(SCAN_DAYS)} scans: {small:6.2f} s processor, {small_wall:6.2f} s elapsed\n"
        f"10,000 subjects x {len(SCAN_DAYS)} scans: {large:6.2f} s processor, {large_wall:6.2f} s elapsed "
        f"(limit {LIMIT_SECONDS} s)\n"
        f"processor time per subject at 10,000 / at 1,000: {growth:.2f} (limit {LIMIT_GROWTH})\n"
    )
    return int(large_wall >= LIMIT_SECONDS or growth > LIMIT_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
