"""What the trial adds to the platform's pages and saves: functions the protocol names by dotted path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.module_loading import import_string

from .slots import Slot
from .study import study


@dataclass(frozen=True)
class Alert:
    """A clock on a subject's page. `state` is running, soon, overdue or stopped; `detail` says whose it is."""

    text: str
    state: str
    due_iso: str
    detail: str
    url: str


@dataclass(frozen=True)
class Panel:
    """What the trial shows above a form, and further forms below it.

    Attributes:
        template: shown with `panel` as `content`.
        further: forms to show as sections of the same page.
        prefilled: what stands in an untouched form, by slot and input name.
    """

    template: str
    content: Any
    further: tuple[Slot, ...] = ()
    prefilled: Mapping[Slot, Mapping[str, str]] = field(default_factory=dict)


def panel_reads(form_code: str) -> frozenset[str]:
    """Forms the panel of a form reads."""
    return getattr(_panel_of(form_code), "reads", frozenset())


def panel_of(access, facts, slot: Slot, about: str = "") -> Panel | None:
    """The panel of a form, None where the trial has none.

    Args:
        about: what a new entry was opened from, as another page named it in its link; "" = nothing.
    """
    found = _panel_of(slot.form_code)
    return found(access, facts, slot, about) if found else None


def alerts_of(facts) -> tuple[Alert, ...]:
    """What the top of a subject's page warns of."""
    return tuple(alert for path in study().alerts for alert in import_string(path)(facts))


def reads(*forms: str) -> Callable:
    """Say which forms a panel reads, so that the page reads them with its own."""

    def mark(function: Callable) -> Callable:
        function.reads = frozenset(forms)  # type: ignore[attr-defined]
        return function

    return mark


def _panel_of(form_code: str) -> Callable[..., Panel | None] | None:
    path = dict(study().form_panels).get(form_code, "")
    return import_string(path) if path else None
