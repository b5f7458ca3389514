"""What a form shows beside an item from other forms: the facts that decide an answer and what a rule says of them."""

from __future__ import annotations

from dataclasses import dataclass

MET, NOT_MET, UNKNOWN, JUDGEMENT = "met", "not-met", "unknown", "judgement"


@dataclass(frozen=True)
class Note:
    """Lines beside an item.

    Attributes:
        lines: one fact each, ready to print.
        verdict: met, not-met, unknown (data are missing), judgement (no rule decides), "" = no rule.
        words: the verdict for a person.
    """

    lines: tuple[str, ...] = ()
    verdict: str = ""
    words: str = ""

    @property
    def tone(self) -> str:
        return {NOT_MET: "b-act", UNKNOWN: "b-query", MET: "b-ok"}.get(self.verdict, "b-line")
