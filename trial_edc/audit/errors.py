"""Refusals of the database, by their stable SQLSTATE."""

from enum import StrEnum

from django.db import Error


class Refusal(StrEnum):
    NO_ACTOR = "ED001"
    UNKNOWN_ACTOR = "ED002"
    INACTIVE_ACTOR = "ED003"
    DELETE = "ED004"
    TRUNCATE = "ED005"
    TRAIL_ONLY_GROWS = "ED006"
    LOCKED = "ED007"
    DIRECT_EVENT = "ED008"


def refusal(error: Error) -> Refusal | None:
    """Which rule of the database refused a write, `None` when the error is something else."""
    code = getattr(error.__cause__, "pgcode", None)
    return Refusal(code) if code in list(Refusal) else None
