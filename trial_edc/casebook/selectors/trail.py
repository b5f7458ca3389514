"""The audit trail as pages show it: history of one item, last activity of a subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.accounts.models import Site
from trial_edc.audit.models import AuditEvent
from trial_edc.crf.registry import crf, row_models, short_title
from trial_edc.crf.spec import ItemSpec
from trial_edc.crf.values import display

from ..actions.sign import unverified
from ..models import FormInstance, Query, Signature, SourceVerification

ACTIONS = {
    "form": gettext_lazy("by hand"),
    "import": gettext_lazy("imported"),
    "system": gettext_lazy("derived"),
}


@dataclass(frozen=True)
class Turn:
    """One line of a value's history; `at` carries the offset of the site."""

    action: str
    old: str
    new: str
    who: str
    role: str
    organisation: str
    at: str
    reason: str
    source: str


@dataclass(frozen=True)
class Thread:
    """A query with its messages, oldest first."""

    id: int
    state: str
    state_label: str
    item: str
    messages: tuple[object, ...]
    can_answer: bool = False
    can_close: bool = False
    answer_url: str = ""


@dataclass(frozen=True)
class FieldHistory:
    """What the drawer beside a field shows."""

    label: str
    name: str
    subtitle: str
    place: str
    form_url: str
    turns: tuple[Turn, ...]
    threads: tuple[Thread, ...]
    verified: str
    signatures: tuple[str, ...]
    raise_url: str = ""
    subject_url: str = ""


@dataclass(frozen=True)
class Activity:
    text: str
    who: str
    at: str


def stamp(moment, site: Site) -> str:
    """Date and time at the site with its UTC offset: "05-Mar-2026 14:02:31 UTC+08:00"."""
    local = moment.astimezone(ZoneInfo(site.time_zone))
    offset = local.strftime("%z")
    return f"{local:%d-%b-%Y %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"


def item_turns(instance: FormInstance, one: ItemSpec, site: Site) -> tuple[Turn, ...]:
    """Every change of one item, oldest first. At most two statements."""
    table = _table_of(one)
    events = AuditEvent.objects.filter(instance_id=instance.pk, table_name=table._meta.db_table)
    if one.row:
        events = events.filter(row_pk__in=[str(pk) for pk in _row_keys(table, instance, one)])
    turns: list[Turn] = []
    unit = ""
    for event in events.filter(changes__has_any_keys=[one.column, unit_column(one)]).order_by("id"):
        before, unit = unit, _unit_after(event, one, unit)
        if one.column in event.changes:
            turns.append(_turn(event, one, site, units=(before, unit), first=not turns))
    return tuple(turns)


def unit_column(one: ItemSpec) -> str:
    """The column beside a measured value that holds its unit, else the item's own column."""
    return one.column.removesuffix("orres") + "orresu" if one.is_measured else one.column


def _unit_after(event: AuditEvent, one: ItemSpec, before: str) -> str:
    told = {**(event.details or {}), **event.changes}  # beside the value, or alone when the unit alone changed
    if not one.is_measured or unit_column(one) not in told:
        return before
    return told[unit_column(one)][1] or ""


def item_threads(instance: FormInstance, address: str) -> list[Query]:
    """Queries on an item with messages and people. Two statements."""
    queries = Query.objects.filter(instance=instance, item=address).order_by("pk")
    return list(queries.prefetch_related("messages__by"))


def item_verification(instance: FormInstance, address: str, site: Site) -> str:
    mark = SourceVerification.objects.select_related("verified_by").filter(instance=instance, item=address).first()
    if mark is None:
        return ""
    words = (
        _("Changed after verification by %(name)s, %(at)s") if mark.needs_again else _("Verified by %(name)s, %(at)s")
    )
    return words % {"name": mark.verified_by.full_name, "at": stamp(mark.verified_at, site)}


def signature_lines(instance: FormInstance, site: Site) -> tuple[str, ...]:
    """One line for each signature of the form, void ones with their cause, and those that do not verify."""
    lines = []
    signatures = list(Signature.objects.filter(instance=instance).order_by("pk"))
    for one in signatures:
        one.instance = instance
    broken = unverified(signatures)
    for one in signatures:
        text = _("Signed by %(name)s (%(role)s), %(at)s") % {
            "name": one.printed_name,
            "role": one.role,
            "at": stamp(one.signed_at, site),
        }
        if one.voided_at:
            text += " · " + _("void: %(cause)s") % {"cause": one.void_cause}
        if one in broken:
            text += " · " + _("does not verify")
        lines.append(text)
    return tuple(lines)


def recent_activity(subject, *, site: Site, n: int) -> tuple[Activity, ...]:
    """The last forms saved of a subject. One statement."""
    saved = (
        FormInstance.objects.filter(subject=subject).select_related("visit", "saved_by").order_by("-saved_at", "-pk")
    )
    return tuple(
        Activity(
            text=f"{short_title(one.form_code)} · {one.visit.code.upper() if one.visit else one.seq}",
            who=one.saved_by.full_name,
            at=stamp(one.saved_at, site),
        )
        for one in saved[:n]
    )


def _table_of(one: ItemSpec) -> Any:
    if not one.row:
        return crf(one.form)
    return next(table for table in row_models(one.form) if table._meta.model_name == one.row)


def _row_keys(table: Any, instance: FormInstance, one: ItemSpec) -> list[int]:
    rows = table.objects.filter(instance_id=instance.pk)
    rows = rows.filter(**{table.Crf.key: one.row_key}) if table.Crf.key else rows.filter(row_no=int(one.row_key))
    return list(rows.values_list("pk", flat=True))


def _turn(event: AuditEvent, one: ItemSpec, site: Site, *, units: tuple[str, str], first: bool) -> Turn:
    old, new = event.changes[one.column]
    old_about, new_about = (event.details or {}).get(one.column, (None, None))
    return Turn(
        action=_("initial entry") if first else _("changed"),
        old="" if first else side_text(one, old, old_about, unit=units[0], site=site),
        new=side_text(one, new, new_about, unit=units[1], site=site),
        who=event.actor_name,
        role=event.role,
        organisation=event.organisation,
        at=stamp(event.at, site),
        reason=(event.reasons or {}).get(one.column) or event.reason,
        source=str(ACTIONS.get(event.source, event.source)),
    )


def side_text(one: ItemSpec, value: Any, about: Any = None, *, unit: str = "", site: Site | None = None) -> str:
    """One side of a change of the trail in the words of the form; "" when there was no value."""
    zone = ZoneInfo(site.time_zone) if site else None
    if isinstance(value, dict) and "missing" in value:
        return display(one, None, value)
    if value is None:
        return ""
    if one.is_measured and not one.choices:
        return display(one, None, {"typed": value, "unit": unit})
    python = value if one.field is None or isinstance(value, (list, dict)) else one.field.to_python(value)
    return display(one, python, about if isinstance(about, dict) else {}, time_zone=zone)
