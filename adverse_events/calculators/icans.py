"""Calculator `icans`: ASTCT grade of immune effector cell-associated neurotoxicity syndrome."""

from adverse_events.astct import CONSCIOUSNESS, MOTOR, RAISED_ICP_OR_EDEMA, SEIZURE, Icans, icans_grade
from adverse_events.calculators.ice import read_parts
from trial_edc.calculators import CaseError, Reader

NAME = "icans"
SOURCE = "Lee et al., ASTCT consensus, Biol Blood Marrow Transplant 2019;25:625-638"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """The findings of one day to a grade. Raises CaseError."""
    reader = Reader(data)
    parts = reader.object("ice_components")
    findings = Icans(
        ice_score=reader.integer("ice_score", None, 0, 10),
        ice_parts=None if parts is None else read_parts(parts),
        unable_to_perform_ice=reader.flag("unable_to_perform_ice", False),
        consciousness=reader.token("consciousness", CONSCIOUSNESS, None),
        consciousness_attributed_to_sedation=reader.flag("consciousness_attributed_to_sedation", False),
        seizure=reader.token("seizure", SEIZURE, None),
        motor=reader.token("motor", MOTOR, None),
        raised_icp_or_edema=reader.token("raised_icp_or_edema", RAISED_ICP_OR_EDEMA, None),
        death_due_to_icans=reader.flag("death_due_to_icans", False),
    )
    reader.close()
    try:
        graded = icans_grade(findings)
    except ValueError as problem:
        raise CaseError(f"{problem}.") from problem
    found: dict[str, object] = {"grade": graded.grade, "driver": graded.driver, "why": list(graded.why)}
    return found if graded.reason is None else {**found, "reason": graded.reason}
