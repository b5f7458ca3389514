"""What the casebook says against a criterion that is answered as satisfied. Judgement stays with the investigator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from subjects.formulas import POSITIVE

SITES = ("ORAL", "OROPHARYNX", "HYPOPHARYNX", "LARYNX", "NASOPHARYNX")
HISTOLOGIES = ("SCC", "NPC")


def contradictions(casebook: Any) -> dict[str, str]:
    """Criterion code -> the recorded fact against it, in words; criteria without such a fact are left out."""
    found = {code: against(casebook) for code, against in _AGAINST.items()}
    return {code: fact for code, fact in found.items() if fact}


def _tumour(casebook: Any) -> str:
    for one in casebook["hnc"]:
        site, kind = one.hnsite, one.hnhist
        if (site and site not in SITES) or (kind and kind not in HISTOLOGIES):
            return _("primary site or histology is none the protocol takes")
    return ""


def _target(casebook: Any) -> str:
    verdicts = [one.ihcres for one in casebook["ihc"] if one.ihcres]
    return "" if not verdicts or POSITIVE in verdicts else _("no specimen meets the IHC threshold")


def _brain(casebook: Any) -> str:
    spread = any("BRAIN" in (one.hnmets or ()) for one in casebook["hnc"])
    return _("the brain is a site of metastasis") if spread else ""


def _cells(casebook: Any) -> str:
    given = any(one.prtype == "CELL" for one in casebook["prt"])
    return _("an earlier cellular therapy is recorded") if given else ""


def _vessel(casebook: Any) -> str:
    touched = any(one.hnvess == "Y" for one in casebook["hnc"])
    return _("the tumour is in contact with a major vessel") if touched else ""


def _airway(casebook: Any) -> str:
    narrow = any(one.hnairway == "RISK" for one in casebook["hnc"])
    return _("the airway is at risk of obstruction") if narrow else ""


_AGAINST: dict[str, Callable[[Any], str]] = {
    "inc02": _tumour,
    "inc05": _target,
    "exc01": _brain,
    "exc08": _cells,
    "exc10": _vessel,
    "exc11": _airway,
}
