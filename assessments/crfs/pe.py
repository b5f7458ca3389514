"""Physical and neurological examination: one row for each body system, empty where nothing was found."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import item, yes_no
from trial_edc.crf.models import CrfModel, CrfRow

EXAMINED = answered("pedone", "Y")


class Examination(CrfModel):
    """Whether the subject was examined, and the neurological deficit before treatment."""

    class Crf:
        code, title, layout = "pe", _("Physical and neurological examination"), "rows"
        short = _("Examination")
        reads = ("ae", "pe")
        sections = [
            (_("Examination"), ["pedone"]),
            (_("Abnormal findings"), ["pesys"]),
            (_("Before treatment"), ["neubl"]),
        ]

    pedone = item(yes_no(_("Examination done")))
    neubl = item(
        models.CharField(_("Baseline neurological deficit"), max_length=400),
        visits=("base",),
        shown_when=EXAMINED,
        help=_("Write None when there is no deficit."),
    )


class ExaminationRow(CrfRow):
    """What was abnormal in one body system."""

    class Crf:
        form, key = "pe", "pesys"

    pesys = item(models.CharField(_("Body system"), max_length=10))
    peabn = item(
        models.CharField(_("Abnormal finding"), max_length=400),
        shown_when=EXAMINED,
        optional=True,
        help=_("Leave empty when normal. A clinically significant finding is an adverse event or medical history."),
    )


@edit_check(Examination, "pedone")
def neurological_change_is_an_event(record, casebook):
    """A neurological finding after the infusion that was not there before it is reported as an event."""
    found = record["peabn.neuro"]
    base = casebook.record("base", "pe") if casebook and record.visit_code not in ("", "scr", "base") else None
    if not found or base is None or base["peabn.neuro"] or casebook["ae"]:
        return None
    return Finding(
        gettext(
            "Neurologic finding is “%(found)s”; the baseline examination has none and no adverse event is"
            " recorded. Is it an adverse event?"
        )
        % {"found": found},
        "peabn.neuro",
    )
