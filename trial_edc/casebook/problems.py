"""Why an action on the casebook was refused. Each carries a sentence for the person who tried."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """Nothing was written; `str()` says why and what to do."""


class NotAllowed(Refused):
    """The person's role, delegation or the order of steps does not allow it."""


class FormLocked(Refused):
    """A lock covers the form."""


class ReasonRequired(Refused):
    """Saved values were changed without a reason for change.

    Attributes:
        changes: one per change without a reason, in form order.
    """

    def __init__(self, text: str, changes: tuple[Change, ...]) -> None:
        super().__init__(text)
        self.changes = changes


class StaleRevision(Refused):
    """Somebody saved the form since it was opened.

    Attributes:
        merge: what both sides changed, for the merge screen.
    """

    def __init__(self, text: str, merge: Merge) -> None:
        super().__init__(text)
        self.merge = merge


@dataclass(frozen=True)
class Change:
    """One item that differs from what is saved; `old` and `new` are shown as the form shows them."""

    address: str
    label: str
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True)
class MergeField:
    """One field of two savers.

    Attributes:
        name: of the input ("vs.temp").
        opened, theirs, mine: display of the value when the form was opened, as saved since, and as typed now.
        typed: what was typed, to be posted again.
        outcome: "choose" (both changed it), "theirs" or "mine" (only that side did).
    """

    name: str
    label: str
    opened: str
    theirs: str
    mine: str
    typed: str
    outcome: str


@dataclass(frozen=True)
class Merge:
    """A collision of two savers of one form.

    Attributes:
        revision: the revision saved meanwhile, to be posted with the merged form.
        by_name, at: who saved it and when, aware.
        fields: every field either side changed, in form order.
    """

    revision: int
    by_name: str
    at: object
    fields: tuple[MergeField, ...]

    @property
    def to_choose(self) -> tuple[MergeField, ...]:
        return tuple(field for field in self.fields if field.outcome == "choose")

    @property
    def merged(self) -> tuple[MergeField, ...]:
        return tuple(field for field in self.fields if field.outcome != "choose")
