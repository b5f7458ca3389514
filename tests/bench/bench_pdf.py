"""Seconds and memory of laying out PDF reports: the blank CRF book (about 80 pages) and a casebook cut to 20.

Run: `pytest tests/bench/bench_pdf.py -s`. Prints pages, seconds by the clock and of the processor, milliseconds a
page and the most memory; asserts what holds by a wide margin on two busy cores.
"""

import json
import subprocess
import sys

import pytest

from tests import scenarios
from trial_edc.reports.contents import blank, casebook
from trial_edc.reports.models import ReportRun
from trial_edc.reports.progress import Progress

# Each document in a process of its own: memory is the process's, and nothing is warm.
RENDER = """
import json, resource, sys, time
from trial_edc.reports import pdf
document = sys.stdin.read()
clock, processor = time.perf_counter(), time.process_time()
content, n_pages = pdf.render(document)
used = time.process_time() - processor
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([n_pages, time.perf_counter() - clock, used, most, len(content)]))
"""


class Unwatched(Progress):
    """Counts for a run that is not stored."""

    def _tell(self, label, *, always=False):
        pass


@pytest.fixture
def study(database):
    return scenarios.study()


def rendered(name: str, document: str) -> tuple[int, float, int]:
    done = subprocess.run([sys.executable, "-c", RENDER], input=document, capture_output=True, text=True, check=True)
    n_pages, seconds, processor, most, size = json.loads(done.stdout)
    print(
        f"\n{name}: {n_pages} pages, {seconds:.1f} s ({processor:.1f} s of processor, "
        f"{processor / n_pages * 1000:.0f} ms a page), at most {most} MB, {size / 1000:.0f} kB"
    )
    return n_pages, seconds, most


def test_twenty_pages_take_less_than_fifteen_seconds(study):
    subject = scenarios.infused_subject(study, day=30)
    for seq in range(1, 16):
        scenarios.adverse_event(study, subject, seq=seq)
    run = ReportRun(
        kind="casebook",
        subject_id=subject.pk,
        parameters={},
        requested_by=study["cra1"],
        requested_at=subject.registered_at,
    )

    n_pages, seconds, most = rendered("casebook", casebook.build(run, Unwatched(0, 0)).html)

    assert n_pages >= 20
    assert seconds / n_pages * 20 < 15
    assert most < 400


def test_the_blank_book_takes_less_than_a_minute(study):
    run = ReportRun(kind="blank-crf", parameters={}, requested_by=study["cra1"], requested_at=scenarios.clock.now())

    html = blank.build(run, Unwatched(0, 0)).html
    n_pages, seconds, most = rendered("blank CRF book", html)

    assert n_pages > 60
    assert seconds < 60
    assert most < 600
