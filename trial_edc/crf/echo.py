"""What was understood, said back under the box when it is left."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trial_edc.crf import partial
from trial_edc.crf.reading import EntryContext, Parsed


def echo(parsed: Parsed, context: EntryContext) -> str:
    """What was understood, shown under the box: "Thu 05-Mar-2026 · Day 9 · in window"; "" when it is
    plain."""
    if parsed.error or parsed.value is None:
        return ""
    value = parsed.value
    if parsed.kind == "partial_date":
        if not partial.is_complete(value):
            return partial.unknown_parts(value)
        value = partial.interval(value)[0] if "T" in value else date.fromisoformat(value)
    return _echo_day(value, context) if isinstance(value, date) else ""


def _echo_day(value: date | datetime, context: EntryContext) -> str:
    local = value.astimezone(context.time_zone) if isinstance(value, datetime) and value.tzinfo else value
    on = local.date() if isinstance(local, datetime) else local
    parts = [f"{_(partial.DAYS[on.weekday()])} {partial.text(local)}"]
    if context.infusion_on:
        parts.append(_("Day %(n)d") % {"n": (on - context.infusion_on).days})
    if context.window:
        parts.append(window_verdict(on, context.window))
    return " · ".join(parts)


def window_verdict(on: date, window: tuple[date, date]) -> str:
    """ "in window", "2 days late", "1 day early"."""
    first, last = window
    if first <= on <= last:
        return _("in window")
    days: timedelta = on - last if on > last else first - on
    if on > last:
        return ngettext("%(n)d day late", "%(n)d days late", days.days) % {"n": days.days}
    return ngettext("%(n)d day early", "%(n)d days early", days.days) % {"n": days.days}
