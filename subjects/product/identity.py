"""Identifiers compared character by character. Pure: no database, no clock."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Letter:
    """One place of two strings; "" where one of them has ended."""

    place: int
    expected: str
    read: str

    @property
    def differs(self) -> bool:
        return self.expected != self.read


@dataclass(frozen=True)
class Comparison:
    """One identifier: what it is, what it should be and what the label said."""

    name: str
    label: str
    expected: str
    read: str

    @property
    def matches(self) -> bool:
        return self.expected == self.read

    @property
    def letters(self) -> tuple[Letter, ...]:
        pairs = zip_longest(self.expected, self.read, fillvalue="")
        return tuple(Letter(place, expected, read) for place, (expected, read) in enumerate(pairs, start=1))

    @property
    def in_words(self) -> str:
        """Where the two differ, as a sentence: what a screen reader says and the trail keeps."""
        wrong = [letter for letter in self.letters if letter.differs]
        if not wrong:
            return _("%(label)s %(read)s matches.") % {"label": self.label, "read": self.read}
        first = wrong[0]
        words = ngettext(
            "%(label)s: %(n)d character differs. Expected is %(expected)s, read was %(read)s. "
            "Character %(place)d is %(is)s instead of %(should)s.",
            "%(label)s: %(n)d characters differ. Expected is %(expected)s, read was %(read)s. "
            "The first is character %(place)d: %(is)s instead of %(should)s.",
            len(wrong),
        )
        return words % {
            "label": self.label,
            "n": len(wrong),
            "expected": self.expected,
            "read": self.read,
            "place": first.place,
            "is": first.read or _("nothing"),
            "should": first.expected or _("nothing"),
        }


def as_scanned(typed: str) -> str:
    """What a scanner or a person sent, full-width letters made plain, without spaces and line ends around it."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isprintable()).strip()[:80]
