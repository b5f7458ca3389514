"""The merge screen: two savers of one form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..problems import Merge, MergeField, StaleRevision
from ..slots import Slot
from .sections import visit_title


@dataclass(frozen=True)
class MergedField:
    label: str
    opened: str
    result: str
    whose: str


@dataclass(frozen=True)
class MergePage:
    """What `casebook/merge.html` shows; `carried` are the boxes posted again."""

    title: str
    url: str
    back_url: str
    token: str
    merge: Merge
    sentence: str
    counts: str
    theirs_label: str
    to_choose: tuple[MergeField, ...]
    merged: tuple[MergedField, ...]
    merged_label: str
    carried: tuple[tuple[str, str], ...]


def merge_page(subject, slot: Slot, raw: Mapping[str, str], problem: StaleRevision) -> MergePage:
    """The page for one collision. Fields only one side changed are decided; the others wait for a choice."""
    merge = problem.merge
    at = f"{merge.at.astimezone(ZoneInfo(subject.site.time_zone)):%H:%M}" if merge.at else ""
    n, m = len(merge.to_choose), len(merge.merged)
    counts = [
        ngettext("%(n)d to choose", "%(n)d to choose", n) % {"n": n},
        ngettext("%(n)d merged for you", "%(n)d merged for you", m) % {"n": m},
    ]
    place = visit_title(slot.visit_code) if slot.visit_code else str(slot.seq)
    url = _url(subject, slot)
    return MergePage(
        title=f"{subject.code} · {slot.form_code.upper()} {place}",
        url=url,
        back_url=url,
        token=str(uuid.uuid4()),
        merge=merge,
        sentence=_("%(name)s saved this form at %(at)s while you were editing.") % {"name": merge.by_name, "at": at},
        counts=" · ".join(counts),
        theirs_label=f"{merge.by_name}, {at}",
        to_choose=merge.to_choose,
        merged=tuple(_merged(field, merge) for field in merge.merged),
        merged_label=ngettext("%(n)d field merged", "%(n)d fields merged", m) % {"n": m},
        carried=tuple(_carried(raw, merge)),
    )


def _merged(field: MergeField, merge: Merge) -> MergedField:
    theirs = field.outcome == "theirs"
    return MergedField(
        field.label,
        field.opened,
        field.theirs if theirs else field.mine,
        merge.by_name if theirs else _("you"),
    )


def _carried(raw: Mapping[str, str], merge: Merge):
    """Boxes to post again: those only this person changed with their companions, and the choices' own
    text.
    """
    outcome = {field.name: field.outcome for field in merge.fields}
    for name, text in raw.items():
        owner = name if name in outcome else name.rpartition(".")[0]
        if name.endswith(".reason") and outcome.get(owner) == "choose":
            continue
        if outcome.get(owner) in ("mine", "choose"):
            yield name, text


def merged_boxes(raw: Mapping[str, str], post: Mapping[str, str]) -> dict[str, str]:
    """The boxes of a merge screen: where theirs was chosen the box is left out, so that their value stays."""
    theirs = {name.removesuffix(".merge") for name in post if name.endswith(".merge") and post[name] == "theirs"}
    return {
        name: text
        for name, text in raw.items()
        if not name.endswith(".merge") and name not in theirs and name.rpartition(".")[0] not in theirs
    }


def _url(subject, slot: Slot) -> str:
    if not slot.visit_code:
        return reverse("log-entry", args=[subject.code, slot.form_code, slot.seq])
    if slot.seq == 1:
        return reverse("form", args=[subject.code, slot.visit_code, slot.form_code])
    return reverse("form", args=[subject.code, slot.visit_code, slot.form_code, slot.seq])
