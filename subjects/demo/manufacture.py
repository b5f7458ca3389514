"""Manufactures of the demo that fail: one is made again, one ends the way of its subject."""

from __future__ import annotations

from datetime import timedelta

from subjects.demo.answers import Answers, Moment, batch
from subjects.demo.courses import Course

# Study days: the first lot fails, the second begins the day after and is harvested in time for the release.
FAILED, AGAIN, HARVESTED = -33, -32, -23


def n_lots(course: Course) -> int:
    """How many lots are made for a subject."""
    return 2 if course.failure == "REPEAT" else 1


def is_released(course: Course) -> bool:
    """Whether there is a product to release and to ship."""
    return course.failure != "STOP"


def altered(m: Moment, typed: Answers) -> Answers:
    """The usual answers of a manufacture as this one went: the first lot failed, or this is the second."""
    if m.seq > 1:
        made = {"mfgstdt": _day(m, AGAIN), "mfgendt": _day(m, HARVESTED)}
        return typed | made | {"mfgbatch": f"{batch(m.subject)}B"}
    if not m.course.failure:
        return typed
    kept = {item: text for item, text in typed.items() if item not in ("mfgendt", "mfgfold")}
    again = "Y" if m.course.failure == "REPEAT" else "N"
    return kept | {"mfgfail": m.course.failure, "mfgfldt": _day(m, FAILED), "mfgcryo": "N", "mfgrem": again}


def _day(m: Moment, study_day: int) -> str:
    return (m.on + timedelta(days=study_day - m.day)).isoformat()
