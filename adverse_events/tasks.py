"""Jobs of serious events, run by the worker."""

from celery import shared_task

from adverse_events.safety import telling


@shared_task(acks_late=True)
def watch_clocks(**_) -> None:
    """Tell of clocks near their end or over. Safe to run twice: each is told once."""
    telling.watch_clocks()
