"""What every report has: times with their offset, header, footer, one view of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trial_edc.accounts.training import is_training
from trial_edc.casebook.study import study

from ..models import ReportRun


@dataclass(frozen=True)
class Cover:
    """Title, header and footer of a document; `facts` are (label, value) lines of its first page.

    `site` and `subject` are "" where a report is about several or none; `is_draft` is None without subject data.
    """

    title: str
    study: str
    site: str
    subject: str
    data_time: str
    versions: str
    language: str
    training: bool
    is_draft: bool | None
    facts: tuple[tuple[str, str], ...]
    record_hash: str = ""


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside is the database of one instant, whoever saves meanwhile.

    Inside a transaction that has begun it is that transaction's view.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def stamp(moment: datetime | None, zone: str) -> str:
    """05-Mar-2026 14:02:31 UTC+08:00; "" for none."""
    if moment is None:
        return ""
    return _with_offset(moment.astimezone(ZoneInfo(zone)))


def stamp_at_offset(moment: datetime, offset_minutes: int) -> str:
    """The same in a stored offset, with the time in UTC behind it: "... UTC+08:00 (06:02:31Z)"."""
    local = moment.astimezone(timezone(timedelta(minutes=offset_minutes)))
    return f"{_with_offset(local)} ({moment.astimezone(timezone.utc):%H:%M:%S}Z)"  # noqa: UP017


def _with_offset(local: datetime) -> str:
    offset = local.strftime("%z")
    return f"{local:%d-%b-%Y %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"


def versions() -> str:
    """What made the document: protocol versions and version of the application."""
    return _("protocol %(protocol)s · Trial EDC %(version)s") % {
        "protocol": ", ".join(study().versions),
        "version": settings.APP_VERSION,
    }


def cover(run: ReportRun, title: str, *, data_at: datetime, zone: str = "UTC", **about) -> Cover:
    """The cover of a run's document; `about` are the other parts of `Cover`, `facts` those of its kind."""
    facts = (
        (_("Study"), study().title),
        *about.pop("facts", ()),
        (_("Data as of"), stamp(data_at, zone)),
        (_("Requested by"), f"{run.requested_by.full_name}, {stamp(run.requested_at, zone)}"),
        (_("Report number"), str(run.pk)),
        (_("Versions"), versions()),
    )
    parts = {"site": "", "subject": "", "is_draft": None, **about}
    return Cover(
        title=title,
        study=study().title,
        data_time=stamp(data_at, zone),
        versions=versions(),
        language=get_language() or "en",
        training=is_training(),
        facts=facts,
        **parts,
    )
