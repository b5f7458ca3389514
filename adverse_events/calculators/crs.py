"""Calculator `crs`: ASTCT grade of cytokine release syndrome."""

from adverse_events.astct import HYPOTENSION, OXYGEN_SUPPORT, Crs, crs_grade
from trial_edc.calculators import Reader

NAME = "crs"
SOURCE = "Lee et al., ASTCT consensus, Biol Blood Marrow Transplant 2019;25:625-638"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """The findings of one day to a grade. Raises CaseError."""
    reader = Reader(data)
    findings = Crs(
        max_temperature_c=reader.number("max_temperature_c", None, minimum=0),
        fever_attributed_to_other_cause=reader.flag("fever_attributed_to_other_cause", False),
        crs_already_diagnosed=reader.flag("crs_already_diagnosed", False),
        antipyretic_or_anticytokine_therapy_given=reader.flag("antipyretic_or_anticytokine_therapy_given", False),
        hypotension=reader.token("hypotension", HYPOTENSION, None),
        hypotension_attributed_to_other_cause=reader.flag("hypotension_attributed_to_other_cause", False),
        oxygen_support=reader.token("oxygen_support", OXYGEN_SUPPORT, None),
        oxygen_flow_l_min=reader.number("oxygen_flow_l_min", None, minimum=0),
        hypoxia_attributed_to_other_cause=reader.flag("hypoxia_attributed_to_other_cause", False),
        positive_pressure_for_airway_protection_only=reader.flag("positive_pressure_for_airway_protection_only", False),
        death_due_to_crs=reader.flag("death_due_to_crs", False),
    )
    reader.integer("max_ctcae_organ_toxicity_grade", None, 0, 5)  # read, but it never changes the grade
    reader.close()
    graded = crs_grade(findings)
    found: dict[str, object] = {"grade": graded.grade, "driver": graded.driver, "why": list(graded.why)}
    return found if graded.reason is None else {**found, "reason": graded.reason}
