"""The infusion checklist: may it begin, when does the product expire, what was given, which vital signs are next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from subjects.crfs.dla import assigned_level
from subjects.crfs.inf import Infusion
from subjects.models import Subject
from subjects.product.models import Hold, IdentityCheck
from subjects.product.selectors import PRODUCT_FORMS
from subjects.product.state import Product, obstacles, product_of
from subjects.selectors import closed_for
from trial_edc.accounts.access import Access
from trial_edc.accounts.roles import Permission
from trial_edc.audit import clock
from trial_edc.casebook.models import Signature
from trial_edc.casebook.reader import Casebook, read
from trial_edc.casebook.study import study
from trial_edc.crf.partial import text
from trial_edc.crf.reading import with_unit
from trial_edc.crf.registry import crf

DAY, INFUSION, SIGNS = "d0", "inf", "vs"
TIMES = ("infthdtc", "infdtc", "infendtc")
ASKED = (*TIMES, "infvol", "infdose", "infwt")
# Minutes from the start of the infusion, by the code of the time point; None before it.
TIMETABLE = (("PRE", None), ("M15", 15), ("M30", 30), ("H1", 60), ("H2", 120), ("H4", 240))


@dataclass(frozen=True)
class Box:
    """One value of the checklist: saved as text, or a box to fill."""

    name: str
    label: str
    unit: str
    saved: str
    typed: str
    problem: str
    is_time: bool


@dataclass(frozen=True)
class Signs:
    """One time point of the vital signs. `state` is "done", "due", "late" or "later"."""

    label: str
    due: str
    due_at: str
    state: str
    state_label: str
    url: str


@dataclass(frozen=True)
class InfusionPage:
    """What `subjects/product/infusion.html` shows."""

    subject: Subject
    lot: str
    checked: str
    check_url: str
    obstacles: tuple[str, ...]
    is_open: bool
    can_enter: bool
    boxes: tuple[Box, ...]
    dose: tuple[tuple[str, str], ...]
    dose_warning: str
    expiry: str
    expires_at: str
    is_expired: bool
    signs: tuple[Signs, ...]
    form_url: str
    revision: int
    problem: str
    saved: bool

    @property
    def has_errors(self) -> bool:
        return bool(self.problem) or any(box.problem for box in self.boxes)


def infusion_page(
    access: Access,
    subject: Subject,
    *,
    typed: dict[str, str] | None = None,
    held: dict[str, str] | None = None,
    problem: str = "",
    saved: bool = False,
) -> InfusionPage:
    """The checklist of one subject. Nine statements, six once the infusion has begun.

    Args:
        typed, held: what was typed and why it was not saved, by item.
    """
    casebook = read(subject, PRODUCT_FORMS | {SIGNS, "dla"})
    product, passed, given = _product(casebook, subject), _passed(subject), casebook.record(DAY, INFUSION)
    is_begun = given is not None and given.infdtc is not None
    stops = [] if is_begun else _stops(subject, product, passed)
    return InfusionPage(
        subject=subject,
        lot=product.lot.batch if product.lot else "",
        checked=_confirmed(passed, subject) if passed else "",
        check_url=reverse("product-check", args=[subject.code]) + "?step=INFUSION",
        obstacles=tuple(stops),
        is_open=not stops,
        can_enter=access.can(Permission.ENTER_FORMS, subject.site),
        boxes=tuple(_box(name, given, subject, typed or {}, held or {}) for name in ASKED),
        dose=_dose(casebook, given),
        dose_warning=_dose_warning(casebook, given),
        signs=_signs(casebook, given, subject, clock.now()),
        form_url=reverse("form", args=[subject.code, DAY, INFUSION]),
        revision=next((one.revision for one in casebook.instances if one.id == getattr(given, "instance_id", 0)), 0),
        problem=problem,
        saved=saved,
        **_life(given, subject, clock.now()),
    )


def _stops(subject: Subject, product: Product, passed: IdentityCheck | None) -> list[str]:
    """The closed gates of the study, then what the product and its identity lack."""
    stops = [*(one.why for one in closed_for(subject, "infusion")), *obstacles(product, "INFUSION")]
    return stops if passed else [*stops, _("Two persons have not confirmed the identity yet.")]


def _life(given: Any, subject: Subject, now: datetime) -> dict[str, Any]:
    """How long the thawed product is good: words, the moment, and whether it is over."""
    expires_at = _expires_at(given)
    return {
        "expiry": _expiry(expires_at, given, now, subject),
        "expires_at": expires_at.isoformat() if expires_at and not _ended(given) else "",
        "is_expired": expires_at is not None and (_ended(given) or now) > expires_at,
    }


def may_begin(subject: Subject) -> list[str]:
    """Why the checklist is closed, as sentences; nothing once the infusion has begun. Eight statements."""
    casebook = read(subject, PRODUCT_FORMS)
    product = _product(casebook, subject)
    if product.infused_at:
        return []
    return _stops(subject, product, _passed(subject))


def _product(casebook: Casebook, subject: Subject) -> Product:
    releases = [one.id for one in casebook.instances if one.form_code == "rel"]
    signed = Signature.objects.filter(instance__in=releases, voided_at=None).values_list("instance_id", flat=True)
    return product_of(casebook, set(signed), list(Hold.objects.filter(subject=subject).order_by("pk")))


def _passed(subject: Subject) -> IdentityCheck | None:
    """The bedside check that stands: the last one of the infusion, and only when two persons confirmed it."""
    done = IdentityCheck.objects.filter(subject=subject, step="INFUSION").exclude(outcome="dropped")
    last = done.select_related("first_by", "second_by").order_by("pk").last()
    return last if last is not None and last.outcome == IdentityCheck.Outcome.PASSED else None


def _confirmed(check: IdentityCheck, subject: Subject) -> str:
    return _("%(first)s and %(second)s, %(at)s") % {
        "first": check.first_by.full_name,
        "second": check.second_by.full_name,
        "at": text(check.second_at, ZoneInfo(subject.site.time_zone)),
    }


def _box(name: str, given: Any, subject: Subject, typed: dict[str, str], held: dict[str, str]) -> Box:
    field = Infusion._meta.get_field(name)
    value = given[name] if given is not None else None
    saved = ""
    if isinstance(value, datetime):
        saved = text(value, ZoneInfo(subject.site.time_zone))
    elif value is not None:
        saved = with_unit(f"{value.normalize():f}", _times(field.crf.unit))
    return Box(
        name=name,
        label=str(field.verbose_name),
        unit=_times(field.crf.unit),
        saved=saved,
        typed=typed.get(name, ""),
        problem=held.get(name, ""),
        is_time=name in TIMES,
    )


def _times(unit: str) -> str:
    """ "×10⁶/kg" for "10^6/kg"."""
    return unit.replace("10^6", "×10⁶")


def _planned(casebook: Casebook) -> tuple[str, Decimal] | None:
    code = assigned_level(casebook)
    level = next((one for one in study().dose_levels if one.code == code), None)
    return (code, level.dose) if level else None


def dose_range(planned: Decimal) -> tuple[Decimal, Decimal]:
    """Lowest and highest dose within the protocol's tolerance, in the unit of the plan."""
    share = planned * study().settings.dose_tolerance_percent / 100
    return planned - share, planned + share


def _dose(casebook: Casebook, given: Any) -> tuple[tuple[str, str], ...]:
    """Planned dose with its range, and what was given, total and per kg."""
    planned, unit = _planned(casebook), study().settings.dose_unit
    lines = []
    if planned:
        low, high = (f"{bound.normalize():f}" for bound in dose_range(planned[1]))
        words = _("%(level)s: %(dose)s, %(low)s to %(high)s accepted")
        shown = words % {"level": planned[0], "dose": f"{planned[1].normalize():f}", "low": low, "high": high}
        lines.append((_("Planned (%(unit)s)") % {"unit": _times(unit)}, shown))
    if given is not None and given.infdose is not None:
        lines.append((_("Given"), with_unit(f"{given.infdose.normalize():f}", _times("10^6"))))
        if given.infwt:
            lines.append((_("Given per kg"), with_unit(f"{given.infdose / given.infwt:.4f}", _times("10^6/kg"))))
    return tuple(lines)


def _dose_warning(casebook: Casebook, given: Any) -> str:
    planned = _planned(casebook)
    if planned is None or given is None or given.infdose is None:
        return ""
    dose = given.infdose
    if study().settings.dose_unit.endswith("/kg"):
        if not given.infwt:
            return ""
        dose = given.infdose / given.infwt
    low, high = dose_range(planned[1])
    return "" if low <= dose <= high else _("The dose given is outside the accepted range.")


def _expires_at(given: Any) -> datetime | None:
    if given is None or given.infthdtc is None:
        return None
    return given.infthdtc + timedelta(minutes=study().settings.thaw_to_end_max_min)


def _ended(given: Any) -> datetime | None:
    return given.infendtc if given is not None else None


def _expiry(expires_at: datetime | None, given: Any, now: datetime, subject: Subject) -> str:
    """How long the thawed product is still good, in words."""
    longest = study().settings.thaw_to_end_max_min
    if expires_at is None:
        return _("Infuse within %(n)d min of thawing.") % {"n": longest}
    at = f"{expires_at.astimezone(ZoneInfo(subject.site.time_zone)):%H:%M}"
    if ended := _ended(given):
        took = int((ended - given.infthdtc).total_seconds() // 60)
        return _("Thaw to end took %(n)d min; %(most)d min are allowed.") % {"n": took, "most": longest}
    left = int((expires_at - now).total_seconds() // 60)
    if left < 0:
        return _("Expired at %(at)s, %(n)d min ago.") % {"at": at, "n": -left}
    return _("Expires at %(at)s, in %(n)d min.") % {"at": at, "n": left}


def _signs(casebook: Casebook, given: Any, subject: Subject, now: datetime) -> tuple[Signs, ...]:
    """The timetable of the vital signs from the start of the infusion."""
    labels = dict(crf(SIGNS)._meta.get_field("vstpt").choices)
    done = {one.vstpt: one.seq for one in casebook["vs"].at(DAY) if one.vstpt and one.vsdtc}
    begun = given.infdtc if given is not None else None
    free = max((one.seq for one in casebook["vs"].at(DAY)), default=0)
    rows = []
    for n, (code, minutes) in enumerate(TIMETABLE, start=1):
        at = begun + timedelta(minutes=minutes) if begun and minutes is not None else None
        state = _sign_state(code in done, minutes, at, begun, now)
        rows.append(
            Signs(
                label=str(labels[code]),
                due=f"{at.astimezone(ZoneInfo(subject.site.time_zone)):%H:%M}" if at else "",
                due_at=at.isoformat() if at and state in ("due", "later") else "",
                state=state,
                state_label=_state_words(state, at, now),
                url=_signs_url(subject, done.get(code) or (n if n > free else free + 1)),
            )
        )
    return tuple(rows)


def _sign_state(is_done: bool, minutes: int | None, at: datetime | None, begun: datetime | None, now: datetime) -> str:
    if is_done:
        return "done"
    if minutes is None:
        return "late" if begun else "due"
    if at is None or at > now + timedelta(minutes=5):
        return "later"
    return "late" if now > at + timedelta(minutes=10) else "due"


def _state_words(state: str, at: datetime | None, now: datetime) -> str:
    if state == "later" and at is not None:
        return _("in %(n)d min") % {"n": int((at - now).total_seconds() // 60)}
    return {"done": _("Done"), "due": _("Due now"), "late": _("Overdue"), "later": _("After the start")}[state]


def _signs_url(subject: Subject, seq: int) -> str:
    return reverse("form", args=[subject.code, DAY, SIGNS] + ([seq] if seq > 1 else []))
