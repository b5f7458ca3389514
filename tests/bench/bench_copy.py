"""How long the certified copy of a site takes, and how much memory: `python -m tests.bench.bench_copy SITE`.

Runs on the database of EDC_DATA_DIR (a seeded demo) and leaves the report in its history.
"""

import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial_edc.settings")
django.setup()

from trial_edc.accounts.models import RoleAssignment, Site  # noqa: E402
from trial_edc.reports import actions, runner  # noqa: E402
from trial_edc.reports.models import ReportRun  # noqa: E402


def main(code: str) -> None:
    site = Site.objects.get(code=code)
    investigator = RoleAssignment.objects.filter(role="PI", site=site).select_related("user")[0].user
    for kind in ("data-csv", "site-copy"):
        begun, cpu = time.perf_counter(), time.process_time()
        parameters = {"site": code, "bench": str(begun)}
        run = actions.request_report(by=investigator, kind=kind, parameters=parameters, sites=[site])
        runner.build(run.pk)
        done = ReportRun.objects.get(pk=run.pk)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{kind}: {done.state}, {(done.size or 0) / 1e6:.1f} MB, {time.perf_counter() - begun:.1f} s on the clock, "
            f"{time.process_time() - cpu:.1f} s of CPU, peak {memory:.0f} MB"
        )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "101")
