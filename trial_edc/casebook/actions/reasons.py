"""Reasons for change: a controlled list and free text, nothing preselected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from trial_edc.crf.reading import storable
from trial_edc.crf.spec import FormSpec

REASONS = (
    ("entry_error", _("Entry error")),
    ("source_corrected", _("Source corrected")),
    ("query_answer", _("Query answer")),
    ("other", _("Other")),
)
SHORTEST, LONGEST = 5, 200


def reasons_given(
    spec: FormSpec, raw: Mapping[str, str], corrected: Iterable[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The reason of each corrected item in words.

    Args:
        raw: `<input>.reason` holds a code of REASONS, `<input>.reason_text` the words of "other".
    Returns:
        (address to reason, addresses without an acceptable one).
    """
    labels, given, missing = dict(REASONS), {}, []
    for address in corrected:
        name = spec[address].name
        code = raw.get(f"{name}.reason", "").strip()
        words = storable(raw.get(f"{name}.reason_text", ""))
        if code == "other" and SHORTEST <= len(words) <= LONGEST:
            given[address] = words
        elif code in labels and code != "other":
            given[address] = str(labels[code])
        else:
            missing.append(address)
    return given, tuple(missing)
