"""Jobs of the reports, run by the worker."""

from celery import shared_task

from . import runner


@shared_task(acks_late=True)
def build_report(*, run_id: int, **_) -> None:
    """Make one report. Safe to run twice: whoever does not get hold of the row leaves it alone."""
    runner.build(run_id)


@shared_task(acks_late=True)
def sweep_reports(**_) -> None:
    """Hand out again what a crash left behind; remove files whose time is over. Safe to run twice."""
    runner.sweep()
