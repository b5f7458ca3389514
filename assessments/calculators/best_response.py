"""Calculator `best-response`: best overall response from the responses at each date."""

from assessments.calculators._shared import confirmation_rules, dated_responses
from assessments.recist import best_response
from trial_edc.calculators import CaseError, Reader

NAME = "best-response"
SOURCE = "RECIST 1.1, Eisenhauer et al., Eur J Cancer 2009;45:228-247, section 4.4.3, Table 3 and its footnote"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """Dated overall responses to the best one, unconfirmed and confirmed. Raises CaseError."""
    reader = Reader(data)
    reference_on = reader.date("reference_date")
    rules = confirmation_rules(reader)
    new_therapy_on = reader.date("new_anticancer_therapy_date", None)
    responses = dated_responses(reader, "responses")
    reader.close()
    for i, response in enumerate(responses):
        if response.on < reference_on:
            raise CaseError(f"responses[{i}].date {response.on} is before reference_date {reference_on}.")
    best = best_response(responses, reference_on=reference_on, rules=rules, new_therapy_on=new_therapy_on)
    return {
        "bor_unconfirmed": best.unconfirmed.value,
        "bor_confirmed": best.confirmed.value,
        "why": list(best.why),
    }
