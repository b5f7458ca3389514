"""Calculator `partial-date`: complete a partial date by its kind, with the imputation flag."""

from assessments.calculators._shared import iso
from assessments.partial_dates import DateKind, Neighbours, complete_date, parse_partial
from trial_edc.calculators import CaseError, Reader

NAME = "partial-date"
SOURCE = "Conventions of the analysis plan; imputation flags D and M as in ADaM"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """A partial date and the dates around it to a complete date or the reason for none. Raises CaseError."""
    reader = Reader(data)
    kind = DateKind(reader.token("kind", tuple(DateKind)))
    text = reader.text("partial")
    neighbours = Neighbours(
        infusion_on=reader.date("infusion_date", None),
        end_on=reader.date("end_date", None),
        before_infusion=reader.flag("before_infusion", False),
        death_on=reader.date("death_date", None),
        cutoff_on=reader.date("data_cutoff_date", None),
        last_known_alive_on=reader.date("last_known_alive_date", None),
        last_study_treatment_on=reader.date("last_study_treatment_date", None),
    )
    reader.close()
    try:
        partial = parse_partial(text)
    except ValueError as problem:
        raise CaseError(f"partial {problem}.") from None
    completed = complete_date(partial, kind, neighbours)
    return {
        "date": iso(completed.on),
        "flag": None if completed.flag is None else completed.flag.value,
        "first": iso(completed.first),
        "last": iso(completed.last),
        "reason": completed.reason,
        "why": list(completed.why),
    }
