"""NCI CTCAE v5.0: its terms, the grades that exist for each, and the search over them.

Grading of measured values is in `adverse_events.ctcae_lab`; its names are given here too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from adverse_events.ctcae_lab import LabContext, LabGrade, LabResult, grade_lab, lab_pairs, lab_units

__all__ = [
    "LabContext",
    "LabGrade",
    "LabResult",
    "Term",
    "UnknownTerm",
    "UnknownVersion",
    "grade_lab",
    "grades",
    "lab_pairs",
    "lab_units",
    "search",
    "term",
    "terms",
]

DEFAULT_VERSION: Final = "5.0"
_DATA = Path(__file__).parent / "ctcae_data"
_TERM_FILES = {"5.0": "terms_v5.tsv"}
_WORD = re.compile(r"[a-z0-9]+")
_SPELLINGS = (("ae", "e"), ("oe", "e"), ("leuco", "leuko"), ("tumour", "tumor"), ("sulph", "sulf"))


class UnknownTerm(ValueError):
    """The name is no term of this CTCAE version."""


class UnknownVersion(ValueError):
    """This CTCAE version is not loaded."""


@dataclass(frozen=True, slots=True)
class Term:
    """One CTCAE term. `grades` lists only those that the text defines, ascending."""

    name: str
    soc: str
    code: str  # MedDRA 20.1 lowest level term
    grades: tuple[int, ...]
    other_specify: bool  # the site writes the event's name beside it
    version: str


def terms(version: str = DEFAULT_VERSION) -> tuple[Term, ...]:
    """All terms, by system organ class and name.

    Raises:
        UnknownVersion: only 5.0 is loaded.
    Source:
        NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017: 837 terms, 26 classes.
    """
    if version not in _TERM_FILES:
        raise UnknownVersion(f"CTCAE version {version} is not loaded; use {', '.join(_TERM_FILES)}.")
    return _read_terms(version)


def term(name: str, version: str = DEFAULT_VERSION) -> Term:
    """The term of exactly this name. Raises UnknownTerm, UnknownVersion."""
    terms(version)
    found = _by_name(version).get(name)
    if found is None:
        raise UnknownTerm(f'"{name}" is no term of CTCAE v{version}.')
    return found


def grades(of: Term | str, version: str = DEFAULT_VERSION) -> tuple[int, ...]:
    """The grades that exist for a term, ascending. Raises UnknownTerm."""
    return of.grades if isinstance(of, Term) else term(of, version).grades


def search(text: str, limit: int = 20, version: str = DEFAULT_VERSION) -> list[Term]:
    """Terms that fit what was typed, best first; at most `limit`, none for blank text.

    Order: the name itself; the words that sites use for it ("neutropenia"); names that start so; names with
    a word that starts so; names that hold the text; the same with a typing error in a word. British and
    American spelling, capitals and punctuation make no difference.
    """
    terms(version)
    query = _plain(text)
    if not query or limit < 1:
        return []
    index = _index(version)
    scored = sorted(index.scores(query).items(), key=lambda item: (item[1], index.lengths[item[0]], item[0]))
    return [index.terms[position] for position, _ in scored[:limit]]


@cache
def _read_terms(version: str) -> tuple[Term, ...]:
    found: list[Term] = []
    soc = ""
    for line in _lines(_TERM_FILES[version]):
        if line.startswith("["):
            soc = line[1:-1]
            continue
        code, grade_list, name = line.split("\t")
        existing = tuple(int(grade) for grade in grade_list.rstrip("*"))
        found.append(Term(name, soc, code, existing, grade_list.endswith("*"), version))
    return tuple(found)


@cache
def _by_name(version: str) -> dict[str, Term]:
    return {each.name: each for each in _read_terms(version)}


def _lines(file_name: str) -> Iterable[str]:
    text = (_DATA / file_name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _plain(text: str) -> str:
    """Lower case words in American spelling with single spaces: what is compared."""
    plain = " ".join(_WORD.findall(text.casefold()))
    for british, american in _SPELLINGS:
        plain = plain.replace(british, american)
    return plain


class _Index:
    """Names and words of one version, prepared for search. `scores` gives the rank per term, 0 is best."""

    def __init__(self, version: str) -> None:
        self.terms = _read_terms(version)
        self.names = [_plain(each.name) for each in self.terms]
        self.lengths = [len(name) for name in self.names]
        self.words = [name.split() for name in self.names]
        self.places: dict[str, set[int]] = {}
        for position, words in enumerate(self.words):
            for word in words:
                self.places.setdefault(word, set()).add(position)
        self.by_letter: dict[str, list[str]] = {}
        for word in self.places:
            self.by_letter.setdefault(word[0], []).append(word)
        at = {each.name: position for position, each in enumerate(self.terms)}
        self.synonyms: list[tuple[str, list[int]]] = []
        for line in _lines("synonyms_v5.tsv"):
            typed, names = line.split("\t")
            self.synonyms.append((_plain(typed), [at[name] for name in names.split("|")]))

    def scores(self, query: str) -> dict[int, int]:
        """Best rank of each term that fits the query."""
        ranks: dict[int, int] = {}
        for position, name in enumerate(self.names):
            rank = _name_rank(query, name)
            if rank is not None:
                ranks[position] = rank
        self._keep_best(ranks, self._synonym_ranks(query))
        self._keep_best(ranks, dict.fromkeys(self._all_words(query, typos=False), 60))
        if len(ranks) < 3 and min(ranks.values(), default=99) > 1:
            self._keep_best(ranks, dict.fromkeys(self._all_words(query, typos=True), 90))
            self._keep_best(ranks, self._misspelt_synonyms(query))
        return ranks

    @staticmethod
    def _keep_best(ranks: dict[int, int], more: dict[int, int]) -> None:
        for position, rank in more.items():
            ranks[position] = min(rank, ranks.get(position, rank))

    def _synonym_ranks(self, query: str) -> dict[int, int]:
        ranks: dict[int, int] = {}
        for typed, positions in self.synonyms:
            if typed == query:
                start = 1
            elif len(query) >= 3 and typed.startswith(query):
                start = 30
            else:
                continue
            for order, position in enumerate(positions):
                ranks[position] = min(start + order, ranks.get(position, 99))
        return ranks

    def _misspelt_synonyms(self, query: str) -> dict[int, int]:
        return {
            position: 80 + order
            for typed, positions in self.synonyms
            if len(query) >= 5 and _is_near(query, typed)
            for order, position in enumerate(positions)
        }

    def _all_words(self, query: str, *, typos: bool) -> set[int]:
        """Terms in which each typed word starts some word of the name, typing errors allowed or not."""
        found: set[int] | None = None
        for typed in query.split():
            here: set[int] = set()
            for word in self.by_letter.get(typed[0], ()):
                if word.startswith(typed) or (typos and _is_near(typed, word)):
                    here |= self.places[word]
            found = here if found is None else found & here
        return found or set()


@cache
def _index(version: str) -> _Index:
    return _Index(version)


def _name_rank(query: str, name: str) -> int | None:
    if name == query:
        return 0
    if name.startswith(query):
        return 20
    at = name.find(query)
    if at < 0:
        return None
    return 40 if name[at - 1] == " " else 70


def _is_near(typed: str, word: str) -> bool:
    """One typing error in words of 4 letters or more, two from 8; the first letter is right.

    A typing error is a letter left out, added, replaced or two neighbours swapped (optimal string alignment
    distance). A longer word is compared up to the length that was typed, so half a word is found as well.
    """
    allowed = 0 if len(typed) < 4 else 1 if len(typed) < 8 else 2
    if allowed == 0 or not word or typed[0] != word[0] or len(word) < len(typed) - allowed:
        return False
    if len(set(typed) - set(word)) > allowed:
        return False
    return any(
        _distance_within(typed, word[:length], allowed)
        for length in range(len(typed) - allowed, min(len(word), len(typed) + allowed) + 1)
    )


def _distance_within(a: str, b: str, allowed: int) -> bool:
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        previous, row = row, [i]
        for j, right in enumerate(b, start=1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return False
        before = previous
    return row[-1] <= allowed
