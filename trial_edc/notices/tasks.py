"""Mails of notices, run by the worker."""

from celery import shared_task

from . import mailer


@shared_task(acks_late=True)
def mail_notices(*, notice_ids: list[int], **_) -> None:
    """Mail these notices. Safe to run twice: what has left or is being mailed is left alone."""
    mailer.mail(notice_ids)


@shared_task(acks_late=True)
def sweep_notices(**_) -> None:
    """Hand out again what the broker never got and what a crash or a failure left. Safe to run twice."""
    mailer.sweep()
