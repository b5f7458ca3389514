"""Head and neck cancer: the tumour at diagnosis, and what of it endangers the subject now."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered, any_of
from trial_edc.crf.item import code, item, multi, partial_date, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import before, text

SITES = [
    ("ORAL", _("Oral cavity")),
    ("OROPHARYNX", _("Oropharynx")),
    ("HYPOPHARYNX", _("Hypopharynx")),
    ("LARYNX", _("Larynx")),
    ("NASOPHARYNX", _("Nasopharynx")),
    ("NASAL", _("Nasal cavity/paranasal sinus")),
    ("SALIVARY", _("Salivary gland")),
    ("THYROID", _("Thyroid")),
    ("SKIN", _("Skin of head and neck")),
    ("UNKNOWN", _("Unknown primary")),
    ("OTHER", _("Other")),
]
SIDES = [("LEFT", _("Left")), ("RIGHT", _("Right")), ("BILATERAL", _("Bilateral")), ("MIDLINE", _("Midline"))]
HISTOLOGIES = [
    ("SCC", _("Squamous cell carcinoma")),
    ("ACC", _("Adenoid cystic")),
    ("MEC", _("Mucoepidermoid")),
    ("ADENO", _("Adenocarcinoma")),
    ("NPC", _("Undifferentiated (NPC)")),
    ("OTHER", _("Other")),
]
TESTED = [("POS", _("Positive")), ("NEG", _("Negative")), ("NOTDONE", _("Not done"))]
EBV = [("POS", _("Positive")), ("NEG", _("Negative")), ("UNKNOWN", _("Unknown"))]
RECURRENCES = [
    ("LOCAL", _("Local")),
    ("REGIONAL", _("Regional")),
    ("DISTANT", _("Distant")),
    ("COMBINED", _("Combination")),
    ("METASTATIC", _("None (metastatic at diagnosis)")),
]
METASTASES = [
    ("LUNG", _("Lung")),
    ("LIVER", _("Liver")),
    ("BONE", _("Bone")),
    ("NODE", _("Node")),
    ("SKIN", _("Skin")),
    ("BRAIN", _("Brain")),
    ("OTHER", _("Other")),
]
AIRWAYS = [
    ("NORMAL", _("Normal")),
    ("TRACHEOSTOMY", _("Tracheostomy")),
    ("STENT", _("Stent")),
    ("RISK", _("At risk of obstruction")),
]
FEEDING = [("ORAL", _("Oral")), ("NGTUBE", _("NG tube")), ("PEG", _("PEG")), ("TPN", _("TPN"))]
EDITIONS = [("7", "AJCC 7"), ("8", "AJCC 8"), ("9", _("AJCC 9 (NPC)"))]


def codes(words):
    """A codelist whose labels are its codes."""
    return [(word, word) for word in words.split()]


LETTERED = {
    "hnct": ("T4a", "T4b"),
    "hncn": ("N2a", "N2b", "N2c"),
}
ONLY_NPC_9 = {"hncm": ("M1a", "M1b"), "hnstg": ("IA", "IB")}
OROPHARYNX = answered("hnsite", "OROPHARYNX")
NASOPHARYNGEAL = any_of(answered("hnsite", "NASOPHARYNX"), answered("hnhist", "NPC"))
RECURRENT = answered("hnrecty", "LOCAL", "REGIONAL", "DISTANT", "COMBINED")


class TumourHistory(CrfModel):
    """Primary tumour, stage at diagnosis, virus, recurrence, and what swelling or bleeding would threaten."""

    class Crf:
        code, title, layout = "hnc", _("Head and neck cancer history"), "fields"
        short = _("Cancer history")
        sections = [
            (_("Primary tumour"), ["hndxdt", "hnsite", "hnlat", "hnhist", "hngrade"]),
            (_("Stage at diagnosis"), ["hnajcc", "hnct", "hncn", "hncm", "hnstg"]),
            (_("Virus"), ["hnp16", "hnhpv", "hnebv", "hnebvdna"]),
            (_("Recurrence"), ["hnrecty", "hnrecdt", "hnmets"]),
            (_("Risks now"), ["hnairway", "hnfeed", "hnvess"]),
        ]

    hndxdt = item(partial_date(_("Date of initial histological diagnosis")))
    hnsite = item(code(_("Primary site"), SITES), sdv=True)
    hnlat = item(code(_("Laterality"), SIDES), optional=True)
    hnhist = item(code(_("Histology"), HISTOLOGIES), sdv=True)
    hngrade = item(code(_("Differentiation"), codes("G1 G2 G3 GX")), optional=True)
    hnajcc = item(code(_("Staging edition"), EDITIONS))
    hnct = item(code(_("cT at diagnosis"), codes("T0 Tis T1 T1a T1b T2 T3 T3a T3b T4 T4a T4b TX")))
    hncn = item(code(_("cN at diagnosis"), codes("N0 N1 N1a N1b N2 N2a N2b N2c N3 N3a N3b NX")))
    hncm = item(code(_("cM at diagnosis"), codes("M0 M1 M1a M1b")))
    hnstg = item(code(_("Overall stage"), codes("I IA IB II III IV IVA IVB IVC")))
    hnp16 = item(code(_("p16 immunohistochemistry"), TESTED), shown_when=OROPHARYNX)
    hnhpv = item(code(_("HPV DNA / RNA"), TESTED), shown_when=OROPHARYNX)
    hnebv = item(code(_("EBER / EBV status"), EBV), shown_when=NASOPHARYNGEAL)
    # Copies and international units have no common factor: each stays as reported, with its unit.
    hnebvdna = item(
        models.DecimalField(_("Plasma EBV DNA"), max_digits=12, decimal_places=1),
        unit="copies/mL",
        units=(("IU/mL", None),),
        limits=(0, 99_999_999_999),
        qualifiers=True,
        shown_when=NASOPHARYNGEAL,
    )
    hnrecdt = item(models.DateField(_("Date of most recent recurrence / progression")), shown_when=RECURRENT)
    hnrecty = item(code(_("Type of recurrence"), RECURRENCES))
    hnmets = item(multi(_("Sites of metastasis"), METASTASES), optional=True)
    hnairway = item(code(_("Airway status"), AIRWAYS))
    hnfeed = item(code(_("Feeding"), FEEDING))
    hnvess = item(yes_no(_("Tumour contact with carotid / major vessel")))


def is_npc(record):
    return record.hnsite == "NASOPHARYNX" or record.hnhist == "NPC"


@edit_check(TumourHistory, "hnajcc")
def categories_belong_to_the_site(record, casebook):
    """Nasopharynx and p16-positive oropharynx have T4, N2 without a letter; M1a, M1b, IA, IB are NPC, AJCC 9."""
    plain = is_npc(record) or (record.hnsite == "OROPHARYNX" and record.hnp16 == "POS" and record.hnajcc != "7")
    found = []
    for table, is_wrong in ((LETTERED, plain), (ONLY_NPC_9, not (is_npc(record) and record.hnajcc == "9"))):
        for name, category in ((name, record[name]) for name in table):
            if is_wrong and category in table[name]:
                sentence = gettext("%(category)s is not a category of %(site)s in %(edition)s. Which is correct?")
                words = {"category": category, "site": dict(SITES).get(record.hnsite, "–")}
                words["edition"] = dict(EDITIONS)[record.hnajcc]
                found.append(Finding(sentence % words, name))
    return found


@edit_check(TumourHistory, "hnajcc")
def ninth_edition_is_nasopharynx(record, casebook):
    if record.hnajcc == "9" and record.hnsite and not is_npc(record):
        return Finding(
            gettext("AJCC 9 is for the nasopharynx; the primary site is %(site)s. Which is correct?")
            % {"site": dict(SITES)[record.hnsite]}
        )
    return None


@edit_check(TumourHistory, "hnrecdt", "hndxdt")
def recurrence_after_diagnosis(record, casebook):
    if before(record.hnrecdt, record.hndxdt) is True:
        return Finding(
            gettext("Date of recurrence %(date)s is before the diagnosis of %(diagnosis)s. Which is correct?")
            % {"date": text(record.hnrecdt), "diagnosis": text(record.hndxdt)}
        )
    return None


@edit_check(TumourHistory, "hnrecty")
def distant_disease_has_a_site(record, casebook):
    if record.hnrecty in ("DISTANT", "METASTATIC") and not record.hnmets and not record.missing("hnmets"):
        return Finding(
            gettext("Type of recurrence is %(type)s, but no site of metastasis is named. Which is correct?")
            % {"type": dict(RECURRENCES)[record.hnrecty]}
        )
    return None


@edit_check(TumourHistory, "hnrecty", "hncm")
def metastatic_at_diagnosis_is_m1(record, casebook):
    if record.hnrecty == "METASTATIC" and record.hncm == "M0":
        return Finding(gettext("Metastatic at diagnosis, but cM at diagnosis is M0. Which is correct?"))
    return None


@edit_check(TumourHistory, "hnvess")
def vessel_contact_is_a_risk(record, casebook):
    """Exclusion criterion 10."""
    if record.hnvess == "Y":
        return Finding(
            gettext("Tumour contact with a major vessel is a risk of bleeding (criterion EXC10). Is it operated?")
        )
    return None


@edit_check(TumourHistory, "hnairway")
def airway_is_safe(record, casebook):
    """Exclusion criterion 11."""
    if record.hnairway == "RISK":
        return Finding(
            gettext(
                "The airway is at risk of obstruction without tracheostomy or stent (criterion EXC11). Is this correct?"
            )
        )
    return None
