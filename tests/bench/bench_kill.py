"""Kill each part of a live installation at 20 random moments: no report is lost, none is made twice.

Run: `pytest tests/bench/bench_kill.py -s`. KILL_POINTS and KILL_SEED choose other numbers and moments.
"""

import os
import time

import pytest

from tests.installation import PARTS
from tests.kills import kill_at_random, problems, study_installed

POINTS = int(os.environ.get("KILL_POINTS", "20"))
SEED = os.environ.get("KILL_SEED", "bench")


@pytest.fixture(scope="module")
def installation(template_database, django_db_blocker):
    with django_db_blocker.unblock(), study_installed(template_database) as one:
        yield one


@pytest.mark.parametrize("part", PARTS)
def test_killed_twenty_times(installation, part):
    before, begun = len(installation.states()), time.monotonic()

    n_answered = kill_at_random(installation, part, POINTS, seed=f"{SEED} {part}")

    n_runs = len(installation.states()) - before
    (most,) = installation.rows("SELECT max(attempt) FROM reports_reportrun")[0]
    print(
        f"\n{part}: killed {POINTS} times in {time.monotonic() - begun:.0f} s; "
        f"{n_answered} requests answered, {n_runs} reports, all done once; at most {most} attempts"
    )
    assert problems(installation, n_answered=before + n_answered) == []
