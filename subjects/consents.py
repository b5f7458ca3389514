"""Which consents stand on a day: signed by then, and not withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

from trial_edc.crf.anchors import day_of, site_zone

TO_TAKE_PART = ("MAIN", "RECONSENT")
# What a withdrawal ends: the scope asks about the participant, whatever form it stands on.
ENDS_TREATMENT, ENDS_PROCEDURES, ENDS_ALL = ("TREAT", "PROC", "ALL"), ("PROC", "ALL"), ("ALL",)


def consents_standing(casebook: Any, *, on: date | None = None) -> frozenset[str]:
    """Types of consent that stand at the end of a day: "MAIN" (or a re-consent to it), "LTFU", "TISSUE" ...

    Args:
        on: day at the site; None = whatever is recorded.
    """
    zone = site_zone(casebook)
    standing = set()
    for one in casebook["icf"]:
        signed = day_of(one["icfdtc"], zone)
        kind = "MAIN" if one["icftype"] in TO_TAKE_PART else one["icftype"]
        if signed is None or (on is not None and signed > on):
            continue
        ended = withdrawn_on(casebook, _ending(kind), on=on, own=one)
        if ended is None or ended < signed:
            standing.add(kind)
    return frozenset(standing)


def withdrawn_on(casebook: Any, scopes: tuple[str, ...], *, on: date | None = None, own: Any = None) -> date | None:
    """The last day a consent was withdrawn in one of these scopes, or on the entry `own`; None when never."""
    days = []
    for one in casebook["icf"]:
        is_own = own is not None and one.seq == own.seq and one["icftype"] not in TO_TAKE_PART
        is_by_then = one["icfwddt"] and (on is None or one["icfwddt"] <= on)
        if is_by_then and (one["icfwdsc"] in scopes or is_own):
            days.append(one["icfwddt"])
    return max(days, default=None)


def _ending(kind: str) -> tuple[str, ...]:
    return {"MAIN": ENDS_TREATMENT, "BIOBANK": (*ENDS_PROCEDURES, "BIOBANK")}.get(kind, ENDS_ALL)
