"""Demography: coded, without names, initials or hospital numbers."""

from datetime import date

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, partial_date
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import is_complete
from trial_edc.crf.spec import protocol

SEXES = [("M", _("M")), ("F", _("F")), ("U", _("U")), ("UNDIFF", _("Undifferentiated"))]
RACES = [
    ("ASIAN", _("Asian")),
    ("BLACK", _("Black or African American")),
    ("WHITE", _("White")),
    ("AIAN", _("American Indian or Alaska Native")),
    ("NHPI", _("Native Hawaiian or other Pacific Islander")),
    ("OTHER", _("Other")),
]
ETHNICITIES = [("HISP", _("Hispanic or Latino")), ("NOTHISP", _("Not Hispanic or Latino"))]
POTENTIAL = [
    ("Y", _("Yes")),
    ("POSTMEN", _("No-post-menopausal")),
    ("STERILE", _("No-sterile")),
    ("NAP", _("Not applicable")),
]
PILOT = ("cdiscpilot",)
HABIT = [("NEVER", _("Never")), ("FORMER", _("Former")), ("CURRENT", _("Current"))]


def subject_number(record, casebook):
    return casebook.subject.code if casebook else None


def site_code(record, casebook):
    return casebook.subject.site.code if casebook else None


def age_from_birth_date(record, casebook):
    """Whole years at consent (or where the form has a date of its own, on it) from a full birth date; else None."""
    born, consent = record.brthdtc, consent_on(casebook) or record.dmdtc
    if not born or not is_complete(born) or consent is None:
        return None
    birthday = date.fromisoformat(born)
    return consent.year - birthday.year - ((consent.month, consent.day) < (birthday.month, birthday.day))


class Demography(CrfModel):
    """Who the participant is, as far as the analysis needs it."""

    class Crf:
        code, title, layout = "dm", _("Demography"), "fields"
        reads = ("icf",)
        sections = [
            (_("Subject"), ["subjid", "siteid", "dmdtc", "arm", "actarm"]),
            (_("Person"), ["sex", "brthdtc", "age", "childpot", "race", "ethnic"]),
            (_("Habits"), ["smoke", "packyr", "alcohol"]),
        ]

    brthdtc = item(
        partial_date(_("Year of birth")),
        sdv=True,
        help=_("The year alone, unless the ethics committee allows the full date."),
    )
    age = item(
        models.IntegerField(_("Age at consent")),
        unit="years",
        range=(18, 75),
        limits=(0, 120),
        fill=age_from_birth_date,
    )
    sex = item(code(_("Sex at birth"), SEXES), sdv=True)
    race = item(code(_("Race"), RACES), optional=True, help=_("Only where the law allows it."))
    ethnic = item(code(_("Ethnicity"), ETHNICITIES), optional=True)
    childpot = item(code(_("Child-bearing potential"), POTENTIAL), shown_when=answered("sex", "F", "U", "UNDIFF"))
    subjid = item(models.CharField(_("Subject number"), max_length=12), derive=subject_number)
    siteid = item(models.CharField(_("Site"), max_length=3), derive=site_code)
    smoke = item(code(_("Tobacco history"), HABIT))
    packyr = item(
        models.DecimalField(_("Pack-years"), max_digits=5, decimal_places=1),
        unit="pack-years",
        range=(0, 150),
        limits=(0, 500),
        shown_when=answered("smoke", "FORMER", "CURRENT"),
    )
    alcohol = item(code(_("Alcohol history"), HABIT), optional=True)
    dmdtc = item(models.DateField(_("Date of collection")), studies=PILOT)
    arm = item(models.CharField(_("Planned arm"), max_length=40), studies=PILOT)
    actarm = item(models.CharField(_("Actual arm"), max_length=40), studies=PILOT)


@edit_check(Demography, "age", "brthdtc")
def age_fits_birth_year(record, casebook):
    consent = consent_on(casebook)
    if consent is None:
        return None
    years = consent.year - int(record.brthdtc[:4])
    if not years - 1 <= record.age <= years:
        return Finding(
            gettext("Age at consent is %(age)d; the birth year %(year)s and a consent in %(consent)d give %(years)d.")
            % {"age": record.age, "year": record.brthdtc[:4], "consent": consent.year, "years": years}
        )
    return None


@edit_check(Demography, "brthdtc", hard=True)
def birth_is_not_recent(record, casebook):
    youngest = protocol().settings.age_years[0]
    consent = consent_on(casebook)
    if consent and consent.year - int(record.brthdtc[:4]) < youngest - 1:
        return Finding(
            gettext("Year of birth %(year)s makes the participant younger than %(age)d at consent. Correct the year.")
            % {"year": record.brthdtc[:4], "age": youngest}
        )
    return None
