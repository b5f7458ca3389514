"""Reports outlive whatever is killed: web server, worker, broker, database, each at random moments.

The moments are drawn from a seed; `tests/bench/bench_kill.py` draws more of them.
"""

import re
import time

import pytest

from tests.installation import PARTS
from tests.kills import ask, kill_at_random, problems, study_installed

POINTS = 3


@pytest.fixture(scope="module")
def installation(template_database, django_db_blocker):
    """A live installation for all tests of this file; each leaves all its parts running."""
    with django_db_blocker.unblock(), study_installed(template_database) as one:
        yield one


@pytest.mark.parametrize("part", PARTS)
def test_no_report_is_lost_or_made_twice_when_a_part_is_killed(installation, part):
    before = len(installation.states())

    n_answered = kill_at_random(installation, part, POINTS, seed=f"suite {part}")

    assert problems(installation, n_answered=before + n_answered) == []
    assert n_answered >= POINTS


def newest(installation):
    return installation.rows("SELECT max(id) FROM reports_reportrun")[0][0]


def page_of(installation, run, who):
    return installation.get(f"/reports/{run}/", by=who)[1].decode()


def test_a_request_without_a_broker_is_kept_says_so_and_starts_by_itself(installation):
    installation.kill("broker")
    try:
        begun = time.monotonic()
        assert ask(installation, "aud1", "with")
        waited = time.monotonic() - begun
        run = newest(installation)
        page = page_of(installation, run, "aud1")
    finally:
        installation.start("broker")

    assert waited < 10
    assert 'data-state="requested"' in page
    assert "The job queue does not answer. The report is kept and starts by itself when it does" in page
    assert installation.await_all_over()[run] == "done"


def test_a_report_is_cancelled_and_retried_while_its_worker_is_away(installation):
    assert ask(installation, "si1", "with")
    begun = newest(installation)
    installation.kill("worker")
    try:
        assert ask(installation, "mm1", "without")
        run = newest(installation)
        assert "Waiting for a worker" in page_of(installation, run, "mm1")
        assert installation.post(f"/reports/{run}/cancel/", by="mm1")[0] == 302
        assert 'data-state="cancelled"' in page_of(installation, run, "mm1")
        (row,) = installation.rows("SELECT state, n_done, n_total FROM reports_reportrun WHERE id = %s", begun)
        shown = re.search(
            r'data-state="(\w+)" data-done="(\d+)" data-total="(\d+)"', page_of(installation, begun, "si1")
        )
    finally:
        installation.start("worker")
    assert installation.post(f"/reports/{run}/retry/", by="mm1")[0] == 302

    assert (shown[1], int(shown[2]), int(shown[3])) == row, "how far it was stands on its page"
    ended = installation.await_all_over()
    assert (ended[run], ended[begun]) == ("done", "done")
    told = installation.rows(
        "SELECT changes->'state'->>1 FROM audit_event WHERE table_name = 'reports_reportrun' "
        "AND row_pk = %s AND changes ? 'state' ORDER BY id",
        str(run),
    )
    assert [state for (state,) in told] == ["requested", "cancelled", "requested", "running", "done"]
