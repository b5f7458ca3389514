"""Pieces of input that several calculators of this package share."""

import datetime
from decimal import Decimal

from assessments.recist import DatedResponse, Response, ResponseRules
from trial_edc.calculators import CaseError, Reader

OVERALL = tuple(response.value for response in Response if response is not Response.NA)


def dated_responses(reader: Reader, key: str) -> tuple[DatedResponse, ...]:
    """A list of `{date, overall}` in the order of the input; two on one date are an error."""
    found: dict[datetime.date, str] = {}
    responses: list[DatedResponse] = []
    for one in reader.objects(key):
        on = one.date("date")
        overall = Response(one.token("overall", OVERALL))
        one.close()
        if on in found:
            raise CaseError(f"{one.where('date')} {on} is also the date of {found[on]}.")
        found[on] = one.path
        responses.append(DatedResponse(on, overall))
    return tuple(responses)


def confirmation_rules(reader: Reader, *, sd_min_days: int | None = None) -> ResponseRules:
    """Confirmation, intervening scans and, unless given, the minimum duration of SD; protocol defaults."""
    standard = ResponseRules()
    if sd_min_days is None:
        sd_min_days = reader.integer("sd_min_days", standard.sd_min_days, minimum=0)
    return ResponseRules(
        sd_min_days=sd_min_days,
        confirmation_min_days=reader.integer("confirmation_min_days", standard.confirmation_min_days, minimum=0),
        max_intervening_ne=reader.integer("max_intervening_ne", standard.max_intervening_ne, minimum=0),
        intervening_sd_allowed=reader.flag("intervening_sd_allowed", standard.intervening_sd_allowed),
    )


def plain(number: Decimal | None) -> float | None:
    """A decimal as a JSON number, after every comparison is done."""
    return None if number is None else float(number)


def iso(on: datetime.date | None) -> str | None:
    """A date as text `YYYY-MM-DD`."""
    return None if on is None else on.isoformat()
