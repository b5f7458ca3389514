"""CRS and ICANS grades and the ICE score, by the ASTCT consensus.

A part that was not recorded is None. A grade that depends on it is None with the reason, never 0.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

FEVER_C: Final = Decimal("38.0")
LOW_FLOW_L_MIN: Final = 6

HYPOTENSION: Final = {
    "none": 0,
    "fluids_only": 2,
    "vasopressin_only": 3,
    "one_vasopressor": 3,
    "one_vasopressor_plus_vasopressin": 3,
    "multiple_vasopressors": 4,  # two or more besides vasopressin
    "multiple_vasopressors_plus_vasopressin": 4,
}
OXYGEN_SUPPORT: Final = {
    "none": 0,
    "low_flow_nc": 2,
    "blow_by": 2,
    "high_flow_nc": 3,
    "facemask": 3,
    "nonrebreather": 3,
    "venturi": 3,
    "cpap": 4,
    "bipap": 4,
    "intubated": 4,
}
NASAL_CANNULA: Final = ("low_flow_nc", "high_flow_nc")
POSITIVE_PRESSURE: Final = ("cpap", "bipap", "intubated")
CONSCIOUSNESS: Final = {
    "alert": 0,
    "awakens_spontaneously": 1,
    "awakens_to_voice": 2,
    "awakens_to_tactile": 3,
    "unarousable_or_vigorous_stimuli": 4,
}
SEIZURE: Final = {
    "none": 0,
    "resolves_rapidly": 3,
    "nonconvulsive_eeg_resolves": 3,
    "prolonged_over_5_min": 4,
    "repetitive_without_return_to_baseline": 4,
}
MOTOR: Final = {"none": 0, "tremor_or_myoclonus": 0, "deep_focal_weakness": 4}
RAISED_ICP_OR_EDEMA: Final = {
    "none": 0,
    "focal_edema": 3,
    "diffuse_edema": 4,
    "posturing": 4,
    "cn_vi_palsy": 4,
    "papilledema": 4,
    "cushing_triad": 4,
}
DOMAINS: Final = {
    "ice": "ICE",
    "consciousness": "consciousness",
    "seizure": "seizure",
    "motor": "motor findings",
    "raised_icp_or_edema": "raised intracranial pressure or edema",
}
UNAROUSABLE: Final = "unarousable_or_vigorous_stimuli"


@dataclass(frozen=True, slots=True)
class Grade:
    """Grade 0-5 or None with the reason; `driver` names what gave a grade above 0."""

    grade: int | None
    driver: str | None
    reason: str | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IceParts:
    """The ten points of the ICE: 0 or 1 each, objects 0-3. None: not asked."""

    year: int | None
    month: int | None
    city: int | None
    hospital: int | None
    objects_named: int | None
    follows_command: int | None
    writes_sentence: int | None
    counts_backwards: int | None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= ICE_POINTS[name]:
                raise ValueError(f"{name} must be 0 to {ICE_POINTS[name]}, got {value}")

    def missing(self) -> tuple[str, ...]:
        """Names of the parts that were not asked."""
        return tuple(name for name in self.__slots__ if getattr(self, name) is None)

    def points(self) -> int:
        """Points of the parts that were asked."""
        return sum(getattr(self, name) or 0 for name in self.__slots__)


ICE_POINTS: Final = {name: 3 if name == "objects_named" else 1 for name in IceParts.__slots__}


@dataclass(frozen=True, slots=True)
class Crs:
    """Findings of one day for CRS. Tokens are keys of HYPOTENSION and OXYGEN_SUPPORT; flow in L/min."""

    max_temperature_c: Decimal | None = None
    fever_attributed_to_other_cause: bool = False
    crs_already_diagnosed: bool = False
    antipyretic_or_anticytokine_therapy_given: bool = False
    hypotension: str | None = None
    hypotension_attributed_to_other_cause: bool = False
    oxygen_support: str | None = None
    oxygen_flow_l_min: Decimal | None = None
    hypoxia_attributed_to_other_cause: bool = False
    positive_pressure_for_airway_protection_only: bool = False
    death_due_to_crs: bool = False


@dataclass(frozen=True, slots=True)
class Icans:
    """Findings of one day for ICANS. Tokens are keys of the tables above; the ICE score is 0-10."""

    ice_score: int | None = None
    ice_parts: IceParts | None = None
    unable_to_perform_ice: bool = False
    consciousness: str | None = None
    consciousness_attributed_to_sedation: bool = False
    seizure: str | None = None
    motor: str | None = None
    raised_icp_or_edema: str | None = None
    death_due_to_icans: bool = False


def ice_score(parts: IceParts) -> int | None:
    """ICE score, 0-10; None when a part was not asked. Source: Lee et al. 2019, Table 4."""
    return None if parts.missing() else parts.points()


def crs_grade(findings: Crs) -> Grade:
    """ASTCT grade of cytokine release syndrome: the worse of hypotension and hypoxia, never the sum.

    Fever of 38.0 C or more without another cause is required, unless CRS is already diagnosed and an
    antipyretic or anticytokine therapy was given. Organ toxicity is graded by CTCAE and changes nothing here.

    Raises:
        ValueError: a token that is not in the tables, or a negative flow.
    Source:
        Lee DW et al., ASTCT consensus, Biol Blood Marrow Transplant 2019;25:625-638, Table 2.
    """
    if findings.death_due_to_crs:
        return Grade(5, "death", None, ("Death due to CRS: grade 5.",))
    exempt = findings.crs_already_diagnosed and findings.antipyretic_or_anticytokine_therapy_given
    fever, why = _fever(findings)
    if exempt:
        why.append("CRS is already diagnosed and therapy was given, so fever is no longer required.")
    elif fever is None:
        return _unknown("The temperature was not recorded, so fever cannot be judged.", why)
    elif not fever:
        return Grade(0, None, None, (*why, "Without fever, and without treated CRS before, there is no CRS."))
    hypotension, hypotension_why = _hypotension_arm(findings)
    hypoxia, hypoxia_why = _hypoxia_arm(findings)
    why += [hypotension_why, hypoxia_why]
    worst = max(hypotension or 0, hypoxia or 0)
    if worst >= 2:
        driver = "hypotension" if hypotension == worst else "hypoxia"
        return Grade(worst, driver, None, (*why, f"The worse of both arms counts: {driver}, grade {worst}."))
    if hypotension is None or hypoxia is None:
        return _unknown("Hypotension or oxygen support was not recorded, and the other gives no grade.", why)
    if fever is None:
        return _unknown("The temperature was not recorded: without other signs it decides on 0 or 1.", why)
    if fever:
        return Grade(1, "fever", None, (*why, "Fever alone is grade 1."))
    return Grade(0, None, None, (*why, "No fever, no hypotension, no hypoxia: grade 0."))


def _unknown(reason: str, why: list[str]) -> Grade:
    return Grade(None, None, reason, (*why, reason))


def _token_grade(table: dict[str, int], name: str, token: str) -> int:
    if token not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}; got {token!r}")
    return table[token]


def _fever(findings: Crs) -> tuple[bool | None, list[str]]:
    temperature = findings.max_temperature_c
    if temperature is None:
        return None, ["Temperature not recorded."]
    if temperature < FEVER_C:
        return False, [f"Temperature {temperature} C is below {FEVER_C} C: no fever."]
    if findings.fever_attributed_to_other_cause:
        return False, [f"Temperature {temperature} C has another cause and does not count as fever."]
    return True, [f"Temperature {temperature} C is fever (at least {FEVER_C} C)."]


def _hypotension_arm(findings: Crs) -> tuple[int | None, str]:
    if findings.hypotension_attributed_to_other_cause:
        return 0, "Hypotension has another cause and counts as none."
    if findings.hypotension is None:
        return None, "Hypotension not recorded."
    grade = _token_grade(HYPOTENSION, "hypotension", findings.hypotension)
    return grade, f"Hypotension {findings.hypotension.replace('_', ' ')}: {_of(grade)}."


def _hypoxia_arm(findings: Crs) -> tuple[int | None, str]:
    support, flow = findings.oxygen_support, findings.oxygen_flow_l_min
    if flow is not None and flow < 0:
        raise ValueError(f"oxygen_flow_l_min must be 0 or more, got {flow}")
    if findings.hypoxia_attributed_to_other_cause:
        return 0, "Hypoxia has another cause and counts as none."
    if support is None:
        return None, "Oxygen support not recorded."
    grade = _token_grade(OXYGEN_SUPPORT, "oxygen_support", support)
    if support in POSITIVE_PRESSURE and findings.positive_pressure_for_airway_protection_only:
        return 0, "Positive pressure only protects the airway and counts as none."
    if support in NASAL_CANNULA and flow is not None:
        grade = 2 if flow <= LOW_FLOW_L_MIN else 3
        return grade, f"Nasal cannula at {flow} L/min (limit {LOW_FLOW_L_MIN} L/min): {_of(grade)}."
    return grade, f"Oxygen support {support.replace('_', ' ')}: {_of(grade)}."


def _of(grade: int) -> str:
    return f"grade {grade}"


def icans_grade(findings: Icans) -> Grade:
    """ASTCT grade of ICANS: the worst of five domains. Grade 0 needs all five known and normal.

    Raises:
        ValueError: a token or score out of range, or a score that contradicts the parts given with it.
    Source:
        Lee DW et al., ASTCT consensus, Biol Blood Marrow Transplant 2019;25:625-638, Tables 4 to 6.
    """
    score = _agreed_score(findings)
    if findings.death_due_to_icans:
        return Grade(5, "death", None, ("Death due to ICANS: grade 5.",))
    consciousness, consciousness_why = _consciousness(findings)
    ice, ice_why = _ice_domain(findings, score)
    domains = {
        "ice": ice,
        "consciousness": consciousness,
        "seizure": _domain(SEIZURE, "seizure", findings.seizure),
        "motor": _domain(MOTOR, "motor", findings.motor),
        "raised_icp_or_edema": _domain(RAISED_ICP_OR_EDEMA, "raised_icp_or_edema", findings.raised_icp_or_edema),
    }
    why = [ice_why, consciousness_why]
    for name in ("seizure", "motor", "raised_icp_or_edema"):
        token, grade = getattr(findings, name), domains[name]
        shown = "not recorded" if grade is None else f"{token.replace('_', ' ')}, {_of(grade)}"
        why.append(f"{DOMAINS[name].capitalize()}: {shown}.")
    worst = max(grade or 0 for grade in domains.values())
    if worst:
        driver = next(name for name, grade in domains.items() if grade == worst)
        text = f"The worst known domain counts: {DOMAINS[driver]}, grade {worst}."
        return Grade(worst, driver, None, (*why, text))
    unknown = [DOMAINS[name] for name, grade in domains.items() if grade is None]
    if unknown:
        return _unknown(f"Not known: {', '.join(unknown)}. The known domains are normal.", why)
    return Grade(0, None, None, (*why, "All five domains are known and normal: grade 0."))


def _agreed_score(findings: Icans) -> int | None:
    score, parts = findings.ice_score, findings.ice_parts
    if score is not None and not 0 <= score <= 10:
        raise ValueError(f"ice_score must be 0 to 10, got {score}")
    if parts is None:
        return score
    if score is None:
        return ice_score(parts)
    most = parts.points() + sum(ICE_POINTS[name] for name in parts.missing())
    if not parts.points() <= score <= most:
        raise ValueError(f"ice_score {score} and ice_components, which give {parts.points()}, must agree")
    return score


def _consciousness(findings: Icans) -> tuple[int | None, str]:
    if findings.consciousness_attributed_to_sedation:
        return None, "Consciousness: attributed to sedation, not known."
    if findings.consciousness is None:
        return None, "Consciousness: not recorded."
    grade = _token_grade(CONSCIOUSNESS, "consciousness", findings.consciousness)
    return grade, f"Consciousness: {findings.consciousness.replace('_', ' ')}, {_of(grade)}."


def _ice_domain(findings: Icans, score: int | None) -> tuple[int | None, str]:
    if findings.consciousness_attributed_to_sedation:
        return None, "ICE: under sedation, not known."
    unarousable = findings.consciousness == UNAROUSABLE
    if unarousable and (findings.unable_to_perform_ice or score == 0):
        return 4, "ICE: unarousable and unable to perform it, grade 4."
    if findings.unable_to_perform_ice:
        return None, "ICE: could not be performed for another reason than coma, not known."
    if score is None:
        return None, "ICE: not recorded in full."
    grade = 0 if score == 10 else 1 if score >= 7 else 2 if score >= 3 else 3
    return grade, f"ICE: score {score}, {_of(grade)}."


def _domain(table: dict[str, int], name: str, token: str | None) -> int | None:
    return None if token is None else _token_grade(table, name, token)
