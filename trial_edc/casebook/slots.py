"""The address of a form in a subject's casebook, filled or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """One place of the casebook: a form of a subject at a visit ("" for a log), number `seq`.

    Attributes:
        subject_id: key of the subject.
        visit_code: code of the visit in lower case ("d7", "uns1"); "" for a log.
        form_code: code of the form in lower case ("vs").
        seq: 1 for the first instance at the visit or in the log.
    """

    subject_id: int
    visit_code: str
    form_code: str
    seq: int = 1

    @property
    def path(self) -> str:
        """The slot inside the casebook: "d7/vs", "d7/crs/2", "ae/4"."""
        if not self.visit_code:
            return f"{self.form_code}/{self.seq}"
        return f"{self.visit_code}/{self.form_code}" + (f"/{self.seq}" if self.seq > 1 else "")
