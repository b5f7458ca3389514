"""Eligibility: one row per criterion. There is no waiver: a criterion is met or it is not."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.eligibility.contradictions import contradictions
from subjects.eligibility.verdicts import criteria_notes
from trial_edc.crf.anchors import consent_on
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered, any_of
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import text

SATISFIED = [("Y", _("Yes")), ("N", _("No")), ("NAP", _("Not applicable"))]
FAILURES = [
    ("IHC", _("IHC negative")),
    ("CRITERION", _("Criterion not met")),
    ("WITHDREW", _("Withdrew")),
    ("DIED", _("Died")),
    ("SLOT", _("Manufacturing slot")),
    ("OTHER", _("Other")),
]
DECISIONS = ("ieelig", "ieelig2", "ieelig3")


def criteria_version(record, casebook):
    return record.protocol_version


class Eligibility(CrfModel):
    """Eligible for leukapheresis, and confirmed again before lymphodepletion and before infusion."""

    class Crf:
        code, title, layout = "ie", _("Eligibility (inclusion / exclusion)"), "rows"
        reads = ("hnc", "icf", "ihc", "prt")
        short = _("Eligibility")
        sections = [
            (_("Criteria"), ["iecritv", "ietestcd"]),
            (_("Decision"), ["ieelig", "ieelig2", "ieelig3", "iesfreas", "iesign"]),
        ]
        signed_as = ("iesign", _("Investigator confirmation (e-signature)"))
        notes = staticmethod(criteria_notes)

    iecritv = item(models.CharField(_("Protocol version of criteria"), max_length=10), derive=criteria_version)
    ieelig = item(yes_no(_("Eligible for leukapheresis")), visits=("scr",), sdv=True)
    ieelig2 = item(yes_no(_("Re-confirmed eligible for lymphodepletion")), visits=("base",))
    ieelig3 = item(yes_no(_("Re-confirmed eligible for infusion")), visits=("d0",))
    iesfreas = item(
        code(_("Screen-failure reason"), FAILURES),
        visits=("scr",),
        shown_when=any_of(*(answered(name, "N") for name in DECISIONS)),
    )


class EligibilityRow(CrfRow):
    """A criterion with its answer."""

    class Crf:
        form, key = "ie", "ietestcd"

    ietestcd = item(models.CharField(_("Criterion identifier"), max_length=10))
    ieorres = item(
        code(_("Criterion satisfied (inclusion true, exclusion absent)"), SATISFIED),
        sdv=True,
        help=_("Yes: the inclusion criterion is true, the exclusion criterion is absent."),
    )
    iedat = item(models.DateField(_("Date assessed")))


def _open_criteria(record) -> list[str]:
    """Criteria that are not satisfied or not answered, in the order of the form."""
    rows = [address for address in record.values if address.startswith("ieorres.")]
    return [address.partition(".")[2].upper() for address in rows if record[address] not in ("Y", "NAP")]


def _decision_needs_all(record, decision):
    open_ones = _open_criteria(record)
    if record[decision] == "Y" and open_ones:
        return Finding(
            gettext(
                "Eligible is Yes, but these criteria are not satisfied: %(criteria)s."
                " Correct a criterion or the decision."
            )
            % {"criteria": ", ".join(open_ones)},
            decision,
        )
    return None


@edit_check(Eligibility, "ieelig")
def eligible_means_all_satisfied(record, casebook):
    return _decision_needs_all(record, "ieelig")


@edit_check(Eligibility, "ieelig2")
def confirmed_before_lymphodepletion(record, casebook):
    return _decision_needs_all(record, "ieelig2")


@edit_check(Eligibility, "ieelig3")
def confirmed_before_infusion(record, casebook):
    return _decision_needs_all(record, "ieelig3")


@edit_check(Eligibility)
def assessed_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent is None:
        return None
    return [
        Finding(
            gettext("Date assessed %(date)s is before the consent of %(consent)s.")
            % {"date": text(value), "consent": text(consent)},
            address,
        )
        for address, value in record.values.items()
        if address.startswith("iedat.") and value and value < consent
    ]


@edit_check(Eligibility)
def satisfied_fits_the_casebook(record, casebook):
    """A criterion answered Yes against what another form says is asked about; the answer stays the investigator's."""
    if casebook is None:
        return None
    sentence = gettext("Criterion %(code)s is satisfied, but %(fact)s. Which is correct?")
    return [
        Finding(sentence % {"code": code.upper(), "fact": fact}, f"ieorres.{code}")
        for code, fact in contradictions(casebook).items()
        if record[f"ieorres.{code}"] == "Y"
    ]
