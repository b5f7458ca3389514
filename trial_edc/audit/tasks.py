"""Jobs of the trail, run by the worker."""

from celery import shared_task

from trial_edc.audit import seals


@shared_task(acks_late=True)
def seal_audit(**_) -> None:
    """Seal what is finished. Safe to run twice: a second run finds nothing to cover."""
    seals.seal()
