"""Calculator `recist-baseline`: may these lesions be targets?"""

from assessments.recist import Axis, Candidate, LesionType, Method, check_targets
from trial_edc.calculators import CaseError, Reader

NAME = "recist-baseline"
SOURCE = "RECIST 1.1, Eisenhauer et al., Eur J Cancer 2009;45:228-247, sections 3.1, 3.2, 4.1 and 4.2"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """Proposed target lesions to the rules that they break. Raises CaseError."""
    reader = Reader(data)
    seen: set[str] = set()
    lesions = []
    for one in reader.objects("target_lesions"):
        lesion = _candidate(one)
        if lesion.id is not None and lesion.id in seen:
            raise CaseError(f"{one.where('id')} {lesion.id} is given to two lesions.")
        seen |= {lesion.id} if lesion.id is not None else set()
        lesions.append(lesion)
    reader.close()
    check = check_targets(lesions)
    return {"valid": check.valid, "violations": list(check.violations), "why": list(check.why)}


def _candidate(reader: Reader) -> Candidate:
    axis = reader.token("axis", tuple(Axis), None)
    candidate = Candidate(
        site=reader.text("site"),
        nodal=reader.flag("nodal"),
        diameter_mm=reader.number("diameter_mm", minimum=0),
        id=reader.text("id", None),
        axis=None if axis is None else Axis(axis),
        method=Method(reader.token("method", tuple(Method), Method.CT)),
        slice_mm=reader.number("slice_mm", None, minimum=0),
        lesion_type=LesionType(reader.token("lesion_type", tuple(LesionType), LesionType.SOLID)),
        prior_local_treatment=reader.flag("prior_local_treatment", False),
        progressed_since=reader.flag("progressed_since", False),
    )
    reader.close()
    return candidate
