"""How long a load takes and how it grows: `EDC_PILOT_DATA=DIR pytest tests/bench/bench_load.py -s`.

Prints wall seconds, processor seconds of the command and of its database process, and the peak memory, for the
first 50, 100 and 200 subjects and for all, each into an empty database; the second load of all comes last.
"""

import csv
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import database as databases
from tests import pilot
from tests.database import ROOT

FOLDER = os.environ.get("EDC_PILOT_DATA", "")
SIZES = (50, 100, 200, 0)

pytestmark = pytest.mark.skipif(not FOLDER, reason="EDC_PILOT_DATA does not name the directory of the data.")

_TIMED = """
import os, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("load_sdtm", sys.argv[1], "--json", stderr=open(os.devnull, "w"))
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    (pid,) = cursor.fetchone()
ticks = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
own, tick = os.times(), os.sysconf("SC_CLK_TCK")
print(f"{own.user + own.system:.1f} {(int(ticks[11]) + int(ticks[12])) / tick:.1f}")
"""


def first_subjects(folder: Path, n: int) -> Path:
    """The files with the rows of the first `n` subjects, all with 0."""
    folder.mkdir()
    chosen: set[str] = set()
    for path in sorted(Path(FOLDER).glob("*.csv.gz"), key=lambda path: path.name != "dm.csv.gz"):
        with gzip.open(path, "rt", newline="") as file:
            rows = list(csv.reader(file))
        who = rows[0].index("USUBJID")
        if path.name == "dm.csv.gz":
            chosen = {row[who] for row in rows[1 : n + 1 if n else None]}
        with (folder / path.name.removesuffix(".gz")).open("w", newline="") as out:
            csv.writer(out).writerows([rows[0], *(row for row in rows[1:] if row[who] in chosen)])
    return folder


def timed(clone, folder: Path) -> str:
    environment = {**clone.environment(), "EDC_PROTOCOL": pilot.STUDY}
    done = subprocess.run(
        [sys.executable, "-c", _TIMED, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    report, times = done.stdout.strip().splitlines()
    own, server = times.split()
    seconds, peak = report.partition('"seconds": ')[2].rstrip("}").split(', "peak_mb": ')
    return f"{seconds:>7} s wall  {own:>6} s command  {server:>6} s database  {peak:>5} MB"


@pytest.mark.parametrize("n", SIZES)
def test_load(template_database, django_db_blocker, tmp_path, n):
    with django_db_blocker.unblock(), databases.cloned(template_database) as clone:
        pilot.mark(clone)
        folder = first_subjects(tmp_path / "data", n)
        print(f"\n{n or 'all':>4} subjects {timed(clone, folder)}")
        if not n:
            print(f"  second load {timed(clone, folder)}")
