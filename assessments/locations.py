"""Where a lesion is: codes with their organ before the comma, as RECIST counts organs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TARGET_LOCATIONS = [
    ("ORAL", _("Oral cavity")),
    ("TONGUE", _("Oral cavity, tongue")),
    ("MOUTHFL", _("Oral cavity, floor of mouth")),
    ("GINGIVA", _("Oral cavity, gingiva")),
    ("BUCCAL", _("Oral cavity, buccal mucosa")),
    ("OROPH", _("Oropharynx")),
    ("BASETNG", _("Oropharynx, base of tongue")),
    ("TONSIL", _("Oropharynx, tonsil")),
    ("SOFTPAL", _("Oropharynx, soft palate")),
    ("HYPOPH", _("Hypopharynx")),
    ("LARYNX", _("Larynx")),
    ("NASOPH", _("Nasopharynx")),
    ("SINUS", _("Nasal cavity and sinuses")),
    ("SALIV", _("Salivary gland")),
    ("THYROID", _("Thyroid")),
    ("SKULLB", _("Skull base")),
    ("NECK", _("Neck, soft tissue")),
    ("LN1L", _("Lymph node, left level I")),
    ("LN2L", _("Lymph node, left level II")),
    ("LN3L", _("Lymph node, left level III")),
    ("LN4L", _("Lymph node, left level IV")),
    ("LN5L", _("Lymph node, left level V")),
    ("LN1R", _("Lymph node, right level I")),
    ("LN2R", _("Lymph node, right level II")),
    ("LN3R", _("Lymph node, right level III")),
    ("LN4R", _("Lymph node, right level IV")),
    ("LN5R", _("Lymph node, right level V")),
    ("LN6", _("Lymph node, level VI")),
    ("LNRP", _("Lymph node, retropharyngeal")),
    ("LNSCL", _("Lymph node, left supraclavicular")),
    ("LNSCR", _("Lymph node, right supraclavicular")),
    ("LNMED", _("Lymph node, mediastinal")),
    ("LNHIL", _("Lymph node, hilar")),
    ("LNAX", _("Lymph node, axillary")),
    ("LNABD", _("Lymph node, abdominal")),
    ("LNOTH", _("Lymph node, other")),
    ("LUNGLU", _("Lung, left upper lobe")),
    ("LUNGLL", _("Lung, left lower lobe")),
    ("LUNGRU", _("Lung, right upper lobe")),
    ("LUNGRM", _("Lung, right middle lobe")),
    ("LUNGRL", _("Lung, right lower lobe")),
    ("PLEURAL", _("Pleura, left")),
    ("PLEURAR", _("Pleura, right")),
    ("LIVERL", _("Liver, left lobe")),
    ("LIVERR", _("Liver, right lobe")),
    ("ADRENL", _("Adrenal gland, left")),
    ("ADRENR", _("Adrenal gland, right")),
    ("KIDNEY", _("Kidney")),
    ("SPLEEN", _("Spleen")),
    ("BONE", _("Bone")),
    ("BRAIN", _("Brain")),
    ("SKIN", _("Skin")),
    ("MUSCLE", _("Muscle and soft tissue")),
    ("OTHER", _("Other")),
]
# What cannot be measured is followed as non-target lesion.
NON_TARGET_LOCATIONS = [
    *TARGET_LOCATIONS,
    ("PLEFFL", _("Pleural effusion, left")),
    ("PLEFFR", _("Pleural effusion, right")),
    ("PERICARD", _("Pericardial effusion")),
    ("ASCITES", _("Ascites")),
    ("LEPTO", _("Leptomeninges")),
    ("LYMPHANG", _("Lymphangitis")),
    ("BONEBL", _("Bone, blastic")),
]
# Codes of one organ share what stands before the comma. Kept apart from the labels: those are translated.
_ORGANS = {
    "ORAL": "ORAL TONGUE MOUTHFL GINGIVA BUCCAL",
    "OROPH": "OROPH BASETNG TONSIL SOFTPAL",
    "LUNG": "LUNGLU LUNGLL LUNGRU LUNGRM LUNGRL",
    "PLEURA": "PLEURAL PLEURAR",
    "LIVER": "LIVERL LIVERR",
    "ADRENAL": "ADRENL ADRENR",
    "NODES": "LN1L LN2L LN3L LN4L LN5L LN1R LN2R LN3R LN4R LN5R LN6 LNRP LNSCL LNSCR LNMED LNHIL LNAX LNABD LNOTH",
}
_ORGAN_OF = {code: organ for organ, codes in _ORGANS.items() for code in codes.split()}


def organ(location: str) -> str:
    """The organ of a location, by which targets are counted: paired and lobed organs are one, so are all nodes."""
    return _ORGAN_OF.get(location, location)
