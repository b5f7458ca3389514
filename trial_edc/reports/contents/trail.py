"""The trail of one form in words: values with labels and units, numbered for footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trial_edc.accounts.models import Site, User
from trial_edc.audit.labels import item_label, names_person, record_label, value_label
from trial_edc.audit.selectors import TrailLine
from trial_edc.casebook.selectors.trail import side_text
from trial_edc.crf.reading import MISSING
from trial_edc.crf.registry import crf, row_models
from trial_edc.crf.spec import FormSpec, ItemSpec, item_fields
from trial_edc.crf.values import address_of, display

from .common import stamp
from .signatures import role_label

QUERY_TABLES = ("casebook_query", "casebook_querymessage")
STATUS_ITEMS = ("status", "status_reason")
SOURCES = {
    "form": gettext_lazy("form"),
    "import": gettext_lazy("import"),
    "system": gettext_lazy("system"),
}
EVENTS = {
    ("casebook_signature", "I"): gettext_lazy("Signed"),
    ("casebook_signature", "U"): gettext_lazy("Signature void"),
    ("casebook_sourceverification", "I"): gettext_lazy("Source verified"),
    ("casebook_sourceverification", "U"): gettext_lazy("Source verification changed"),
    ("casebook_lock", "I"): gettext_lazy("Locked"),
    ("casebook_lock", "U"): gettext_lazy("Lock changed"),
    ("casebook_unlock", "I"): gettext_lazy("Unlock asked"),
    ("casebook_unlock", "U"): gettext_lazy("Unlock confirmed"),
}


@dataclass(frozen=True)
class Change:
    """One line of the printed trail. `address` is the item's in its form, "" for what is no item."""

    number: int
    at: str
    who: str
    role: str
    organisation: str
    label: str
    action: str
    old: str
    new: str
    reason: str
    source: str
    address: str = ""
    is_correction: bool = False


@dataclass(frozen=True)
class Moment:
    """Changes one person made at one time from one source, in the order of the trail."""

    at: str
    who: str
    source: str
    changes: tuple[Change, ...]


@dataclass
class _Row:
    """What one row of a table said so far, as columns of the trail."""

    columns: dict[str, Any] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


@dataclass
class Teller:
    """Words for the trail of one form, or of what belongs to none; numbers run on from form to form."""

    spec: FormSpec | None
    site: Site
    people: dict[int, User]
    numbers: Iterator[int]
    _rows: dict[tuple[str, str], _Row] = field(default_factory=dict)

    def changes(self, lines: Iterable[TrailLine]) -> tuple[Change, ...]:
        """Every change of the form, oldest first; its queries are printed elsewhere."""
        found: list[Change] = []
        for _event, of_event in groupby(lines, key=lambda line: line.event_id):
            event = list(of_event)
            if event[0].table_name not in QUERY_TABLES:
                found += [replace(one, number=next(self.numbers)) for one in self._event(event)]
        return tuple(found)

    def _event(self, event: list[TrailLine]) -> list[Change]:
        first = event[0]
        if first.table_name in self._tables:
            return self._items(event)
        if first.table_name == "casebook_forminstance":
            return [self._plain(line) for line in event if line.item in STATUS_ITEMS and (line.old or line.new)]
        if (first.table_name, first.action) in EVENTS:
            return [self._happening(event)]
        return [self._plain(line) for line in event]

    @property
    def _tables(self) -> dict[str, type[models.Model]]:
        if self.spec is None:
            return {}
        head = crf(self.spec.code)
        return {table._meta.db_table: table for table in (head, *row_models(self.spec.code))}

    def _items(self, event: list[TrailLine]) -> list[Change]:
        """Items of the form's head, or of one of its rows."""
        first = event[0]
        table = self._tables[first.table_name]
        row = self._rows.setdefault((first.table_name, first.row_pk), _Row())
        before = dict(row.columns)
        row.columns |= {column: sides[1] for column, sides in (first.beside or {}).items()}
        row.columns |= {line.item: line.new for line in event if not _is_remark(line)}
        prefix = getattr(getattr(table, "Crf", None), "measured", "")
        folded = {prefix + end for end in ("orresu", "qual")} if prefix else set()
        found = []
        value_told = False
        for line in event:
            if line.item == "is_withdrawn" and line.action == "U":
                found.append(self._plain(line))
            if line.item not in self._columns(table) or line.item == getattr(table.Crf, "key", ""):
                continue
            if _is_remark(line):
                found += self._remark(line, table, row)
                continue
            if line.item in folded or (prefix and line.item == prefix + "orres"):
                if not value_told:
                    found += self._measured(line, table, prefix, before, row)
                value_told = True
                continue
            found += self._item(line, table, row)
        return found

    def _item(self, line: TrailLine, table: Any, row: _Row) -> list[Change]:
        one = self._spec_of(table, line.item, row)
        if one is None:
            return [self._plain(line)]
        old, new = self._side(one, line.old, line.old_detail), self._side(one, line.new, line.new_detail)
        return self._told(line, one, row, old, new)

    def _measured(self, line: TrailLine, table: Any, prefix: str, before: dict, row: _Row) -> list[Change]:
        """A measurement: digits, qualifier and unit are one value."""
        one = self._spec_of(table, prefix + "orres", row)
        if one is None:
            return [self._plain(line)]
        old, new = (self._measurement(one, prefix, columns) for columns in (before, row.columns))
        return self._told(line, one, row, old, new)

    def _measurement(self, one: ItemSpec, prefix: str, columns: dict[str, Any]) -> str:
        value = columns.get(prefix + "orres")
        if value is None or isinstance(value, dict) or one.choices:
            return self._side(one, value, None)
        about = {"typed": value, "unit": columns.get(prefix + "orresu"), "qualifier": columns.get(prefix + "qual")}
        return display(one, None, {name: text for name, text in about.items() if text})

    def _remark(self, line: TrailLine, table: Any, row: _Row) -> list[Change]:
        """What is kept beside a value changed, such as why a flagged value stays; the value did not."""
        one = self._spec_of(table, line.item, row)
        plain = self._plain(line)
        if one is None:
            return [plain]
        return [replace(plain, label=self.label(one), action=_("remark"), address=one.address)]

    def _told(self, line: TrailLine, one: ItemSpec, row: _Row, old: str, new: str) -> list[Change]:
        is_first = one.address not in row.told
        if is_first and not new:
            return []
        row.told.add(one.address)
        return [
            replace(
                self._plain(line),
                label=self.label(one),
                action=_("initial entry") if is_first else _("changed"),
                old="" if is_first else old,
                new=new,
                address=one.address,
                is_correction=not is_first,
            )
        ]

    def label(self, one: ItemSpec) -> str:
        """Label of an item; a column of a row says of which row."""
        key = one.row_key
        if key.isdigit():
            return f"{one.label} ({_('row %(n)s') % {'n': key}})"
        if not one.row or one.is_measured:
            return str(one.label)
        value = self._known(key)
        return f"{value.label if value else key.upper()}: {one.label}"

    def _spec_of(self, table: Any, column: str, row: _Row) -> ItemSpec | None:
        key_item = getattr(table.Crf, "key", None)
        if key_item is None:
            address = column
        else:
            key = str(row.columns.get(key_item or "row_no") or "")
            address = address_of(table, column, key)
        return self._known(address) or self._known(column.removesuffix("_id"))

    def _known(self, address: str) -> ItemSpec | None:
        return self.spec.by_address.get(address) if self.spec else None

    def _columns(self, table: Any) -> set[str]:
        return {one.column for one in item_fields(table)}

    def _side(self, one: ItemSpec, value: Any, about: Any) -> str:
        if isinstance(value, dict):
            if code := value.get("missing"):
                note = f" ({value['note']})" if value.get("note") else ""
                return f"{MISSING.get(code, code)}{note}"
            return value_label("", "", value)
        if one.kind == "user" and value is not None:
            return person_name(self.people, value)
        return side_text(one, value, about, site=self.site)

    def _plain(self, line: TrailLine) -> Change:
        """A change of what is no item of the form, by the names of its table."""
        label = f"{capfirst(record_label(line.table_name))}: {item_label(line.table_name, line.item)}"
        return Change(
            number=0,
            at=stamp(line.at, self.site.time_zone),
            who=line.who,
            role=role_label(line.role),
            organisation=line.organisation,
            label=label,
            action=_("initial entry") if line.is_first_entry else _("changed"),
            old=self._plain_side(line, line.old),
            new=self._plain_side(line, line.new),
            reason=line.reason,
            source=str(SOURCES.get(line.source, line.source)),
        )

    def _plain_side(self, line: TrailLine, value: Any) -> str:
        if value is not None and names_person(line.table_name, line.item):
            return person_name(self.people, value)
        return value_label(line.table_name, line.item, value)

    def _happening(self, event: list[TrailLine]) -> Change:
        """Signing, verifying, locking: one line for all columns of the row."""
        first = event[0]
        said = {line.item: line.new for line in event}
        one = self._known(said.get("item", ""))
        label = self.label(one) if one else ""
        about = said.get("void_cause") or said.get("meaning") or said.get("reason") or label
        return replace(
            self._plain(first),
            label=str(EVENTS[first.table_name, first.action]),
            action=_("event"),
            old="",
            new=str(about or ""),
        )


def by_moment(changes: Iterable[Change]) -> tuple[Moment, ...]:
    """The trail as printed: time, person and source once for all that was saved together."""

    def moment(change: Change) -> tuple[str, str, str]:
        return change.at, f"{change.who}, {change.role}, {change.organisation}", change.source

    return tuple(Moment(*key, tuple(these)) for key, these in groupby(changes, key=moment))


def _is_remark(line: TrailLine) -> bool:
    """Whether only what is kept beside the value changed: both sides are then that, or nothing."""
    sides = [side for side in (line.old, line.new) if side is not None]
    return bool(sides) and all(isinstance(side, dict) and "missing" not in side for side in sides)


def person_name(people: dict[int, User], key: Any) -> str:
    """Full name of a person a form names."""
    person = people.get(int(key))
    return person.full_name if person else str(key)
