"""Electrocardiogram, at screening with the ejection fraction by echocardiography."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.formulas import qtcf
from assessments.samples import dated_off_the_visit, day_of_sample
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel

INTERPRETATIONS = [
    ("NORMAL", _("Normal")),
    ("NCS", _("Abnormal NCS")),
    ("CS", _("Abnormal CS")),
]
PROLONGED_MS = 480  # from this value on CTCAE grades the interval as prolonged beyond grade 1


def corrected_interval(record, casebook):
    """QTcF, ms; None without QT interval or heart rate."""
    return qtcf(record.qt, record.eghr) if record.qt and record.eghr else None


class Electrocardiogram(CrfModel):
    """Heart rate, QT interval with its correction, and the reading."""

    class Crf:
        code, title, layout = "ecg", _("ECG / echocardiogram"), "fields"
        short = _("ECG")
        reads = ("sv",)
        sections = [(_("ECG"), ["egdtc", "eghr", "qt", "qtcf", "egint"]), (_("Echocardiogram"), ["lvef"])]

    egdtc = item(models.DateTimeField(_("Date and time")))
    eghr = item(
        models.DecimalField(_("Heart rate"), max_digits=4, decimal_places=1),
        unit="beats/min",
        range=(40, 150),
        limits=(10, 400),
    )
    qt = item(
        models.DecimalField(_("QT interval"), max_digits=5, decimal_places=1),
        unit="ms",
        range=(200, 700),
        limits=(100, 1000),
    )
    qtcf = item(
        models.DecimalField(_("QTcF"), max_digits=5, decimal_places=0),
        unit="ms",
        range=(300, 700),
        derive=corrected_interval,
    )
    egint = item(code(_("Interpretation"), INTERPRETATIONS))
    lvef = item(
        models.DecimalField(_("LVEF by echo"), max_digits=4, decimal_places=1),
        unit="%",
        range=(20, 80),
        limits=(1, 100),
        visits=("scr",),
    )


@edit_check(Electrocardiogram, "egint", "qtcf")
def long_interval_is_not_normal(record, casebook):
    if record.egint == "NORMAL" and record.qtcf > PROLONGED_MS:
        return Finding(
            gettext("Interpretation is Normal and QTcF is %(qtcf)s ms. Which is correct?")
            % {"qtcf": f"{record.qtcf:f}"}
        )
    return None


@edit_check(Electrocardiogram, "egdtc")
def recorded_on_the_visit_day(record, casebook):
    return dated_off_the_visit(day_of_sample(record, casebook, "egdtc"), record, casebook)
