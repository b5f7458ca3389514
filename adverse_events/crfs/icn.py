"""Immune effector cell-associated neurotoxicity syndrome (ICANS): one assessment for each calendar day."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adverse_events.astct import Icans, IceParts, icans_grade, ice_score
from trial_edc.crf.anchors import others, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered, any_of, at_least, not_
from trial_edc.crf.item import code, item, multi, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

POINT = [("0", "0"), ("1", "1")]
GRADES = [(str(grade), str(grade)) for grade in range(6)]
CONSCIOUSNESS = [
    ("ALERT", _("Alert")),
    ("SPONT", _("Awakens spontaneously")),
    ("VOICE", _("Awakens to voice")),
    ("TACTILE", _("Awakens to tactile")),
    ("UNAROUS", _("Unarousable / vigorous stimuli")),
]
SEIZURE = [
    ("NONE", _("None")),
    ("RAPID", _("Resolves rapidly")),
    ("EEG", _("Nonconvulsive EEG resolves")),
    ("PROLONGED", _("Prolonged >5 min")),
    ("REPEAT", _("Repetitive without return")),
]
MOTOR = [("NONE", _("None")), ("FOCAL", _("Deep focal weakness")), ("TREMOR", _("Tremor/myoclonus"))]
OEDEMA = [
    ("NONE", _("None")),
    ("FOCAL", _("Focal")),
    ("DIFFUSE", _("Diffuse")),
    ("POSTURING", _("Posturing")),
    ("CN6", _("CN VI palsy")),
    ("PAPIL", _("Papilledema")),
    ("CUSHING", _("Cushing triad")),
]
TREATMENT = [
    ("DEXA", _("Dexamethasone")),
    ("METHYLPRED", _("Methylprednisolone")),
    ("ANAKINRA", _("Anakinra")),
    ("ANTIEPIL", _("Antiepileptic")),
    ("NONE", _("None")),
]
TOKENS = {
    "icncons": {
        "ALERT": "alert",
        "SPONT": "awakens_spontaneously",
        "VOICE": "awakens_to_voice",
        "TACTILE": "awakens_to_tactile",
        "UNAROUS": "unarousable_or_vigorous_stimuli",
    },
    "icnsz": {
        "NONE": "none",
        "RAPID": "resolves_rapidly",
        "EEG": "nonconvulsive_eeg_resolves",
        "PROLONGED": "prolonged_over_5_min",
        "REPEAT": "repetitive_without_return_to_baseline",
    },
    "icnmot": {"NONE": "none", "FOCAL": "deep_focal_weakness", "TREMOR": "tremor_or_myoclonus"},
    "icnedm": {
        "NONE": "none",
        "FOCAL": "focal_edema",
        "DIFFUSE": "diffuse_edema",
        "POSTURING": "posturing",
        "CN6": "cn_vi_palsy",
        "PAPIL": "papilledema",
        "CUSHING": "cushing_triad",
    },
}
PARTS = ("iceyr", "icemo", "icecity", "icehosp", "icename", "icecmd", "icewrt", "iceatt")
ABLE = not_(answered("icnunab", "Y"))
IS_ICANS = any_of(at_least("icngri", 1), at_least("icngrd", 1))


def ice_total(record, casebook):
    """ICE score 0-10: 0 when the test cannot be done because unarousable, None while a part is open."""
    if record.icnunab == "Y":
        return 0
    points = [record[name] for name in PARTS]
    return ice_score(IceParts(*(None if point is None else int(point) for point in points)))


def findings(record) -> Icans:
    """The day's findings as the grading function takes them."""
    return Icans(
        ice_score=ice_total(record, None),
        unable_to_perform_ice=record.icnunab == "Y",
        consciousness=TOKENS["icncons"].get(record.icncons),
        consciousness_attributed_to_sedation=record.icnsed == "Y",
        seizure=TOKENS["icnsz"].get(record.icnsz),
        motor=TOKENS["icnmot"].get(record.icnmot),
        raised_icp_or_edema=TOKENS["icnedm"].get(record.icnedm),
    )


def derived_grade(record, casebook):
    """ASTCT grade of the day, None while it cannot be determined."""
    return icans_grade(findings(record)).grade


def point(label):
    return item(code(label, POINT), shown_when=ABLE)


class IcansAssessment(CrfModel):
    """The ICE test and the other signs of one day, with the ASTCT grade as derived and as given."""

    class Crf:
        code, title, layout = "icn", _("ICANS daily assessment"), "fields"
        reads = ("icn",)
        short = _("ICANS")
        sections = [
            (_("Day"), ["icndtc", "icncom", "icnunab"]),
            (_("ICE test"), [*PARTS, "icetot"]),
            (_("Other signs"), ["icncons", "icnsed", "icnsz", "icnmot", "icnedm"]),
            (_("Grade"), ["icngrd", "icngri"]),
            (_("Care"), ["icntrt", "icneeg"]),
        ]

    icndtc = item(models.DateTimeField(_("Assessment date and time")))
    iceyr = point(_("Year"))
    icemo = point(_("Month"))
    icecity = point(_("City"))
    icehosp = point(_("Hospital"))
    icename = item(models.IntegerField(_("Objects named")), limits=(0, 3), shown_when=ABLE)
    icecmd = point(_("Follows command"))
    icewrt = item(
        code(_("Writes sentence"), POINT),
        shown_when=ABLE,
        help=_("The handwriting stays in the source; it identifies the person."),
    )
    iceatt = point(_("Counts backwards from 100 by ten"))
    icetot = item(models.IntegerField(_("ICE score")), derive=ice_total)
    icnunab = item(yes_no(_("Unable to perform because unarousable")))
    icncom = item(yes_no(_("Communication barrier (tracheostomy, aphonia)")), help=_("Written answers count."))
    icncons = item(code(_("Consciousness"), CONSCIOUSNESS))
    icnsed = item(yes_no(_("Due to sedation")))
    icnsz = item(code(_("Seizure"), SEIZURE))
    icnmot = item(code(_("Motor"), MOTOR))
    icnedm = item(code(_("Raised ICP / oedema"), OEDEMA))
    icngrd = item(models.IntegerField(_("ASTCT grade (derived)")), derive=derived_grade, beside="icngri")
    icngri = item(code(_("Investigator grade"), GRADES), sdv=True)
    icntrt = item(multi(_("Treatment"), TREATMENT, alone="NONE"), shown_when=IS_ICANS)
    icneeg = item(models.CharField(_("EEG / MRI / LP findings"), max_length=400), shown_when=IS_ICANS, optional=True)


@edit_check(IcansAssessment, "icngri", "icngrd")
def investigator_agrees_with_derived(record, casebook):
    """Grade 5 is death and the investigator's alone to give."""
    if record.icngri != "5" and int(record.icngri) != record.icngrd:
        why = icans_grade(findings(record)).why[-1]
        return Finding(
            gettext("Investigator grade is %(given)s; ASTCT grade %(derived)d follows from the findings: %(why)s")
            % {"given": record.icngri, "derived": record.icngrd, "why": why}
        )
    return None


@edit_check(IcansAssessment, "icnunab", "icncons")
def unable_means_unarousable(record, casebook):
    if record.icnunab == "Y" and record.icncons != "UNAROUS":
        return Finding(
            gettext("Unable because unarousable is Yes, but consciousness is %(consciousness)s. Which is correct?")
            % {"consciousness": dict(CONSCIOUSNESS)[record.icncons]}
        )
    return None


@edit_check(IcansAssessment, "icndtc")
def one_assessment_a_day(record, casebook):
    zone = site_zone(casebook)
    day = record.icndtc.astimezone(zone).date()
    for other in others(record, casebook):
        if other.icndtc and other.icndtc.astimezone(zone).date() == day:
            return Finding(
                gettext("%(day)s has an ICANS assessment already, in visit %(visit)s. Which one stands?")
                % {"day": text(day), "visit": other.visit_code.upper()}
            )
    return None
