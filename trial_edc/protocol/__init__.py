"""The trial as pure data: versions, visits, schedule, panels, criteria, settings. No Django in here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from trial_edc.protocol.model import Protocol

STUDIES = ("u87", "cdiscpilot")


@cache
def load(code: str) -> Protocol:
    """The study of package `trial_edc.protocol.<code>`. Raises KeyError naming the known studies."""
    if code not in STUDIES:
        raise KeyError(f"There is no study {code!r}; known are {', '.join(STUDIES)}.")
    study: Protocol = import_module(f"trial_edc.protocol.{code}").PROTOCOL
    return study


@cache
def row_keys_of_all(form_code: str) -> frozenset[str]:
    """Keys the rows of a form may have in any study: its panel rows and every analyte."""
    studies = [load(code) for code in STUDIES]
    keys = {row.key for study in studies for row in study.all_rows(form_code)}
    return frozenset(keys.union(*(study.analytes for study in studies)))
