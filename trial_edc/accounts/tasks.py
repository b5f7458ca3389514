"""Housekeeping of sign-in, run by the worker."""

from celery import shared_task

from . import signin


@shared_task(acks_late=True)
def forget_expired(**_) -> None:
    """Remove expired sessions and old waits. Safe to run twice."""
    signin.forget_expired()
