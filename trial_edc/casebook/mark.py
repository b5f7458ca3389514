"""A database knows the study it belongs to, so that two studies never meet in one."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db import OperationalError, connections

TABLE = "casebook_studymark"


class WrongStudy(Exception):
    """The database belongs to another study; nothing was done to it."""


def study_of_database(using: str = "default") -> str:
    """Code of the study this database was migrated for, "" while it has none."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{TABLE}"])
        if not cursor.fetchone()[0]:
            return ""
        cursor.execute(f"SELECT study FROM public.{TABLE} ORDER BY id LIMIT 1")
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def require_own_study(using: str = "default") -> None:
    """Raise WrongStudy when the database belongs to another study than EDC_PROTOCOL names."""
    found = study_of_database(using)
    if found and found != settings.EDC_PROTOCOL:
        raise WrongStudy(
            f"This database belongs to study {found}; EDC_PROTOCOL names {settings.EDC_PROTOCOL}. Give each study a"
            " database of its own: set EDC_DATA_DIR or DATABASE_URL to it, or EDC_PROTOCOL to the other study."
        )


def name_study(using: str = "owner") -> None:
    """Write down the study of a new database, through its owner alone."""
    if not study_of_database(using):
        with connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO public.{TABLE} (id, study) VALUES (1, %s)", [settings.EDC_PROTOCOL])


def require_own_study_at_start() -> None:
    """As `require_own_study`, for a process that may start before its database answers."""
    with suppress(OperationalError):
        require_own_study()
    connections.close_all()
