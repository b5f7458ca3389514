"""IEC-HS (HLH-like syndrome): one log entry for each assessment, graded by the investigator."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, multi, yes_no
from trial_edc.crf.models import CrfModel

LINEAGES = [("ANC", _("ANC")), ("HGB", _("HGB")), ("PLT", _("PLT"))]
SEEN = [("Y", _("Yes")), ("N", _("No")), ("NOTDONE", _("Not done"))]
GRADES = [(str(grade), str(grade)) for grade in range(1, 6)]
TREATMENTS = [
    ("ANAKINRA", _("Anakinra")),
    ("STEROID", _("Steroid")),
    ("RUXO", _("Ruxolitinib")),
    ("ETOPOSIDE", _("Etoposide")),
    ("EMAPA", _("Emapalumab")),
    ("OTHER", _("Other")),
]
FERRITIN_ULN_TIMES = 2  # Hines et al., Transplant Cell Ther 2023;29:438.e1-e16: > 2 x ULN or rapidly rising


def _number(label, unit, *, units=(), limits=(0, 9_999_999), optional=False, help_text=""):
    return item(
        models.DecimalField(label, max_digits=11, decimal_places=3),
        unit=unit,
        units=units,
        limits=limits,
        optional=optional,
        help=help_text,
    )


class HlhWorkUp(CrfModel):
    """Signs of IEC-HS on one day, its grade and its treatment."""

    class Crf:
        code, title, layout = "hlh", _("IEC-HS / HLH work-up"), "log"
        short = _("IEC-HS / HLH")
        reads = ("ae", "cyt")
        sections = [
            (_("Assessment"), ["hlhdtc"]),
            (_("Laboratory"), ["hlhferr", "hlhfib", "hlhtrig", "hlhsil2", "hlhlft", "hlhcyto"]),
            (_("Other signs"), ["hlhhemo", "hlhspl"]),
            (_("Grade"), ["hlhgrd", "hlhtrt"]),
        ]

    hlhdtc = item(models.DateTimeField(_("Assessment date and time")))
    hlhferr = _number(_("Ferritin"), "ug/L", help_text=_("IEC-HS: over 2 x ULN or baseline, or rapidly rising."))
    hlhfib = _number(_("Fibrinogen"), "g/L", limits=(0, 30))
    hlhtrig = _number(_("Triglycerides (fasting)"), "mmol/L", limits=(0, 100), optional=True)
    hlhcyto = item(multi(_("Cytopenia lineages"), LINEAGES))
    hlhlft = item(yes_no(_("Transaminases > 5 x ULN")))
    hlhhemo = item(code(_("Haemophagocytosis seen"), SEEN), optional=True)
    hlhspl = item(yes_no(_("Splenomegaly")), optional=True)
    hlhsil2 = _number(_("Soluble IL-2 receptor"), "U/mL", optional=True)
    hlhgrd = item(code(_("IEC-HS grade"), GRADES))
    hlhtrt = item(multi(_("Treatment"), TREATMENTS), shown_when=answered("hlhgrd", "2", "3", "4", "5"))


def _ferritin_limit(record, casebook):
    """Upper limit of normal of ferritin, ug/L, in the last cytokine sample before the assessment; None without."""
    known = [
        one
        for one in (casebook["cyt"] if casebook else ())
        if one.cytdtc
        and one.cytdtc <= record.hlhdtc
        and one["cytornrhi.ferr"] is not None
        and one.meta.get("ferr", {}).get("unit", "ug/L") in ("ug/L", "ng/mL")
    ]
    return max(known, key=lambda one: one.cytdtc)["cytornrhi.ferr"] if known else None


@edit_check(HlhWorkUp, "hlhferr", "hlhgrd", "hlhdtc")
def ferritin_supports_the_grade(record, casebook):
    limit = _ferritin_limit(record, casebook)
    if limit is None or record.hlhferr > FERRITIN_ULN_TIMES * limit:
        return None
    return Finding(
        gettext(
            "Ferritin is %(value)s ug/L, not over 2 x ULN (%(limit)s ug/L), and the IEC-HS grade is %(grade)s."
            " Is ferritin rapidly rising?"
        )
        % {"value": f"{record.hlhferr.normalize():f}", "limit": f"{limit.normalize():f}", "grade": record.hlhgrd}
    )


@edit_check(HlhWorkUp, "hlhgrd")
def syndrome_is_an_event(record, casebook):
    """IEC-HS is an adverse event of special interest."""
    if casebook is None or any(one.aesi == "HLH" for one in casebook["ae"]):
        return None
    return Finding(
        gettext("IEC-HS grade is %(grade)s and no adverse event of IEC-HS is recorded. Is there one?")
        % {"grade": record.hlhgrd}
    )
