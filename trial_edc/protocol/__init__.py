"""The trial as pure data: versions, visits, schedule, panels, criteria, settings. No Django in here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from trial_edc.protocol.model import Protocol

STUDIES = ("u87",)


@cache
def load(code: str) -> Protocol:
    """The study of package `trial_edc.protocol.<code>`. Raises KeyError naming the known studies."""
    if code not in STUDIES:
        raise KeyError(f"There is no study {code!r}; known are {', '.join(STUDIES)}.")
    study: Protocol = import_module(f"trial_edc.protocol.{code}").PROTOCOL
    return study
