"""A load that is killed leaves whole subjects alone, and the next one goes on."""

import os
import signal
import subprocess
import sys

import pytest

from subjects.models import Subject
from tests import pilot
from tests.database import ROOT
from trial_edc.casebook.models import Import, ImportRow

N_COPIES = 12


@pytest.fixture
def many(tmp_path):
    """The first subject of the sample twelve times over, so that a kill comes in the middle."""
    folder = pilot.sample(tmp_path / "sdtm")
    for path in folder.glob("*.csv"):
        header, *lines = path.read_text().splitlines()
        own = [line for line in lines if "01-801-1001" in line]
        copies = [
            line.replace("01-801-1001", f"01-801-{2001 + n}").replace(",1001,", f",{2001 + n},")
            for n in range(N_COPIES)
            for line in own
        ]
        path.write_text("\n".join([header, *copies]) + "\n")
    return folder


def rows_by_subject():
    found = {}
    for code in ImportRow.objects.values_list("subject__code", flat=True):
        found[code] = found.get(code, 0) + 1
    return found


def test_a_killed_load_leaves_whole_subjects_and_goes_on(pilot_study, many):
    environment = {**pilot_study.environment(), "EDC_PROTOCOL": pilot.STUDY}
    command = [sys.executable, "manage.py", "load_sdtm", str(many), "--verbosity", "2"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("2 of"):
            os.kill(running.pid, signal.SIGKILL)
            break
    running.stderr.close()

    assert running.wait() == -signal.SIGKILL

    at_kill = rows_by_subject()
    n_each = sum(1 for path in many.glob("*.csv") if "supp" not in path.name for _row in path.open()) - 12
    assert 2 <= len(at_kill) < N_COPIES
    assert set(at_kill.values()) == {n_each // N_COPIES}
    assert Subject.objects.count() == len(at_kill)
    assert Import.objects.get().finished_at is None

    report = pilot.load(many)

    n_before = sum(at_kill.values())
    assert (pilot.totals(report, "same"), pilot.totals(report, "loaded")) == (n_before, n_each - n_before)
    assert Subject.objects.count() == N_COPIES
    assert set(rows_by_subject().values()) == {n_each // N_COPIES}
