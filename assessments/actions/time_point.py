"""Save one tumour assessment: its forms together, or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from subjects.models import Subject
from trial_edc.accounts.models import User
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.drafts import discard_draft, keep_draft
from trial_edc.casebook.actions.save import Saved, save_form
from trial_edc.casebook.models import FormInstance, Submission
from trial_edc.casebook.problems import Change, ReasonRequired, Refused
from trial_edc.casebook.slots import Slot

ORDER = ("tr", "nt", "rs")


class ChangedMeanwhile(Refused):
    """Somebody saved a form of the scan since it was opened; nothing was written."""


def save_time_point(
    *,
    by: User,
    subject: Subject,
    visit: str,
    boxes: Mapping[str, Mapping[str, str]],
    revisions: Mapping[str, int],
    token: UUID | None = None,
) -> dict[str, Saved]:
    """Save targets, non-targets and response of one scan in one transaction, the response last.

    Args:
        boxes: input names to text by form. revisions: of each form as the person has it open, 0 for a new one.
        token: the client's token of this submit; a second submit with it changes nothing.
    Raises:
        ChangedMeanwhile, ReasonRequired (over all forms), NotAllowed, FormLocked: nothing was written.
    """
    missing: list[Change] = []
    sentence = ""
    saved: dict[str, Saved] = {}
    with audited(by=by, source="form"):
        Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
        wanted = [code for code in ORDER if boxes.get(code)]
        if not _was_used(token, wanted):
            _refuse_stale(subject, visit, wanted, revisions)
        for code in wanted:
            try:
                saved[code] = save_form(
                    by=by,
                    slot=Slot(subject.pk, visit, code),
                    raw=boxes[code],
                    token=uuid5(token, code) if token else None,
                )
            except ReasonRequired as problem:
                sentence = str(problem)
                missing += [_named(change, code) for change in problem.changes]
        if missing:
            raise ReasonRequired(sentence, tuple(missing))
    return saved


def keep_time_point(
    *,
    by: User,
    subject: Subject,
    visit: str,
    boxes: Mapping[str, Mapping[str, str]],
    revisions: Mapping[str, int],
):
    """Keep what was typed of a scan as drafts of its forms. Returns when, aware; None when nothing was sent."""
    at = None
    for code in ORDER:
        if boxes.get(code):
            at = keep_draft(
                by=by, slot=Slot(subject.pk, visit, code), values=boxes[code], base_revision=revisions.get(code, 0)
            )
    return at


def discard_time_point(*, by: User, subject: Subject, visit: str) -> None:
    """Throw away this person's drafts of one scan."""
    for code in ORDER:
        discard_draft(by=by, slot=Slot(subject.pk, visit, code))


def _refuse_stale(subject: Subject, visit: str, forms: list[str], revisions: Mapping[str, int]) -> None:
    stored = FormInstance.objects.filter(subject=subject, visit__code=visit, form_code__in=forms, seq=1)
    now = {
        code: (revision, name)
        for code, revision, name in stored.values_list("form_code", "revision", "saved_by__full_name")
    }
    for code in forms:
        revision, name = now.get(code, (0, ""))
        if revision != revisions.get(code, 0):
            raise ChangedMeanwhile(
                _(
                    "%(name)s saved this scan while you were editing. Nothing was saved; what you typed is still here."
                    " Compare it with the saved values, then save again."
                )
                % {"name": name}
            )


def _was_used(token: UUID | None, forms: list[str]) -> bool:
    """Whether this submit has come before."""
    return token is not None and Submission.objects.filter(token__in=[uuid5(token, code) for code in forms]).exists()


def _named(change: Change, code: str) -> Change:
    return Change(f"{code}.{change.address}", change.label, change.old, change.new, change.reason)
