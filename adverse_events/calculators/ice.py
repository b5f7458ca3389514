"""Calculator `ice`: the immune effector cell-associated encephalopathy score."""

from adverse_events.astct import ICE_POINTS, IceParts, ice_score
from trial_edc.calculators import Reader

NAME = "ice"
SOURCE = "Lee et al., ASTCT consensus, Biol Blood Marrow Transplant 2019;25:625-638"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """The eight parts to the score. Raises CaseError."""
    parts = read_parts(Reader(data))
    score = ice_score(parts)
    if score is None:
        asked = ", ".join(name.replace("_", " ") for name in parts.missing())
        reason = f"Not asked: {asked}. A score needs every part."
        return {"score": None, "reason": reason, "why": [reason]}
    return {"score": score, "why": [f"The parts give {score} of 10 points."]}


def read_parts(reader: Reader) -> IceParts:
    """The parts of an ICE and nothing else; null is a part that was not asked. Raises CaseError."""
    values = {name: reader.integer(name, None, 0, most) for name, most in ICE_POINTS.items()}
    reader.close()
    return IceParts(**values)
