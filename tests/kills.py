"""Killing the parts of an installation while reports are asked for and made, and what must be true afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Iterator

from django.test import Client

from tests import database as databases
from tests import scenarios
from tests.installation import Installation, installed

PEOPLE = ("cra1", "dm1", "crc1", "pi1", "si1", "mm1", "aud1")
REPORT_SECONDS = 1.5  # from the request to the end of a report of six pages on a quiet machine, with a margin


@contextlib.contextmanager
def study_installed(template: str) -> Iterator[Installation]:
    """An installation with the demo people, each signed in, and one subject."""
    with databases.cloned(template) as clone:
        with databases.pointed_at(clone.name):
            study = scenarios.study()
            scenarios.registered_subject(study)
            sessions = {name: _session(study[name]) for name in PEOPLE}
        with installed(clone, sessions) as one:
            yield one


def _session(person) -> str:
    browser = Client()
    browser.force_login(person)
    return browser.cookies["sessionid"].value


def kill_at_random(one: Installation, part: str, points: int, *, seed: str) -> int:
    """Ask for two reports, kill the part at a random moment, start it again; `points` times.

    Returns how many requests were answered. What was answered, or written without the answer getting through,
    must come to its end by itself.
    """
    chance = random.Random(seed)
    n_answered = 0
    for point in range(points):
        who = PEOPLE[point % len(PEOPLE)]
        if part == "web":
            begun = time.monotonic()
            n_answered += ask(one, who, "with")
            took = time.monotonic() - begun
            n_answered += _asked_while_dying(one, PEOPLE[point % len(PEOPLE) - 1], after=chance.uniform(0, 2 * took))
        else:
            n_answered += ask(one, who, "with") + ask(one, who, "without")
            threading.Event().wait(chance.uniform(0, REPORT_SECONDS))  # the random moment
            one.kill(part)
        one.start(part)
        if point % 2:  # a report whose worker is killed three times is given up
            one.await_all_over()
    one.await_all_over()
    return n_answered


def ask(one: Installation, who: str, trail: str) -> bool:
    subject = one.rows("SELECT code FROM subjects_subject")[0][0]
    try:
        status, _page = one.post("/reports/", by=who, kind="casebook", subject=subject, trail=trail)
    except OSError:
        return False
    assert status in (302, 500), status
    return status == 302


def _asked_while_dying(one: Installation, who: str, *, after: float) -> int:
    answers: list[bool] = []
    asking = [threading.Thread(target=lambda t=t: answers.append(ask(one, who, t))) for t in ("with", "without")]
    for thread in asking:
        thread.start()
    threading.Event().wait(after)  # the random moment
    one.kill("web")
    for thread in asking:
        thread.join()
    return sum(answers)


def problems(one: Installation, *, n_answered: int) -> list[str]:
    """What is not as it must be: each answered request has its row, each row one end, one event, one whole file."""
    runs = one.rows(
        "SELECT id, state, n_done, n_total, attempt, file_name, sha256, failure FROM reports_reportrun ORDER BY id"
    )
    found = [f"{n_answered} requests answered, {len(runs)} rows"] if len(runs) < n_answered else []
    ends = dict(
        one.rows(
            "SELECT row_pk::bigint, count(*) FROM audit_event WHERE table_name = 'reports_reportrun' "
            "AND changes->'state'->>1 = 'done' GROUP BY 1"
        )
    )
    for pk, state, n_done, n_total, attempt, file_name, sha256, failure in runs:
        about = f"report {pk} (attempt {attempt})"
        if state != "done":
            found.append(f"{about} is {state}: {failure}")
            continue
        if ends.get(pk) != 1:
            found.append(f"{about} has {ends.get(pk, 0)} events of its end")
        if not 0 < n_done == n_total:
            found.append(f"{about} counts {n_done} of {n_total}")
        path = one.folder / "files" / "reports" / file_name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            found.append(f"{about} has no file of its digest")
    return found
