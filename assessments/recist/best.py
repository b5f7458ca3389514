"""Best overall response of a history, with and without confirmation.

Source: RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), section 4.4.3 and Table 3 with its
footnote. RECIST says nothing about a scan that was not evaluable between a response and its confirmation;
how many are allowed is a setting.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from assessments.recist.model import DatedResponse, Response, ResponseRules

_RESPONSES: Final = (Response.CR, Response.PR)
_DISEASE_CONTROL: Final = (Response.CR, Response.PR, Response.SD)
_NOT_AFTER_CR: Final = (Response.PR, Response.SD, Response.NON_CR_NON_PD)

Answer = tuple[Response, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class BestResponse:
    """Best overall response of one subject.

    `used` are the responses that counted, oldest first, the last one PD if there was one; `reread_on` the
    dates at which a PR, SD or Non-CR/Non-PD after a CR was read as PD: each needs a query to the reader.
    """

    unconfirmed: Response
    confirmed: Response
    used: tuple[DatedResponse, ...]
    reread_on: tuple[datetime.date, ...]
    why_unconfirmed: tuple[str, ...]
    why_confirmed: tuple[str, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """All reasons, each once."""
        return tuple(dict.fromkeys(self.why_unconfirmed + self.why_confirmed))


def is_responder(best: Response) -> bool:
    """CR or PR."""
    return best in _RESPONSES


def is_disease_control(best: Response) -> bool:
    """CR, PR or SD; Non-CR/Non-PD is not counted."""
    return best in _DISEASE_CONTROL


def used_responses(
    responses: Iterable[DatedResponse], *, new_therapy_on: datetime.date | None = None
) -> tuple[DatedResponse, ...]:
    """The responses that can count, oldest first: up to the first PD and the day of new therapy, inclusive.

    After a CR, a PR, SD or Non-CR/Non-PD means that disease is back and is read as PD (footnote of Table 3).
    Raises ValueError when two responses have the same date.
    """
    used: list[DatedResponse] = []
    after_cr = False
    for response in sorted(responses, key=lambda response: response.on):
        if used and used[-1].on == response.on:
            raise ValueError(f"there are two responses on {response.on}; keep one response per date")
        if new_therapy_on is not None and response.on > new_therapy_on:
            break
        if after_cr and response.overall in _NOT_AFTER_CR:
            response = replace(response, overall=Response.PD)
        used.append(response)
        if response.overall is Response.PD:
            break
        after_cr = after_cr or response.overall is Response.CR
    return tuple(used)


def confirmed_pair(
    used: Sequence[DatedResponse], *, rules: ResponseRules, complete: bool = False
) -> tuple[datetime.date, datetime.date] | None:
    """The earliest response and the scan that confirms it; None when no response is confirmed.

    Args:
        used: from `used_responses`, oldest first.
        rules: days between the two, inclusive; how many NE and whether SD may lie between them.
        complete: look for a confirmed CR, which only CRs make; otherwise CR and PR confirm each other.
    """
    wanted = (Response.CR,) if complete else _RESPONSES
    for i, first in enumerate(used):
        if first.overall not in wanted:
            continue
        n_ne = 0
        for later in used[i + 1 :]:
            if later.overall in wanted:
                if (later.on - first.on).days >= rules.confirmation_min_days:
                    return first.on, later.on
            elif later.overall is Response.NE:
                n_ne += 1
                if n_ne > rules.max_intervening_ne:
                    break
            elif later.overall is not Response.SD or complete or not rules.intervening_sd_allowed:
                break
    return None


def first_response(used: Sequence[DatedResponse]) -> datetime.date | None:
    """Date of the first CR or PR, confirmed or not."""
    return next((response.on for response in used if response.overall in _RESPONSES), None)


def best_response(
    responses: Sequence[DatedResponse],
    *,
    reference_on: datetime.date,
    rules: ResponseRules,
    new_therapy_on: datetime.date | None = None,
    non_target_only: bool = False,
) -> BestResponse:
    """Best overall response, unconfirmed and confirmed.

    Args:
        responses: overall responses, any order, one per date; not NA.
        reference_on: start of treatment, from which the minimum duration of SD runs.
        rules: minimum duration of SD and what confirms a response.
        new_therapy_on: start of new anticancer therapy; later scans do not count.
        non_target_only: no target lesion at baseline; also found from the responses themselves.
    Raises:
        ValueError: two responses on one date, or one before `reference_on`.
    Source:
        RECIST 1.1, section 4.4.3, Table 3 and its footnote.
    """
    for response in responses:
        if response.on < reference_on:
            raise ValueError(f"the response on {response.on} is before the reference date {reference_on}")
    used = used_responses(responses, new_therapy_on=new_therapy_on)
    entered = {response.on: response.overall for response in responses}
    reread = tuple(response.on for response in used if entered[response.on] is not response.overall)
    non_target_only = non_target_only or _is_non_target_only({entered[response.on] for response in used})
    notes = tuple(
        f"{entered[on]} on {on} follows a complete response and is read as PD; query the reading." for on in reread
    )
    unconfirmed, why_unconfirmed = _unconfirmed(used, reference_on, rules)
    confirmed, why_confirmed = _confirmed(used, reference_on, rules, non_target_only)
    return BestResponse(unconfirmed, confirmed, used, reread, (*notes, *why_unconfirmed), (*notes, *why_confirmed))


def _is_non_target_only(history: set[Response]) -> bool:
    """Non-CR/Non-PD is read only without target lesions, PR and SD only with them."""
    return Response.NON_CR_NON_PD in history and not history & {Response.PR, Response.SD}


def _unconfirmed(used: Sequence[DatedResponse], reference_on: datetime.date, rules: ResponseRules) -> Answer:
    for wanted in _RESPONSES:
        for response in used:
            if response.overall is wanted:
                return wanted, (f"Unconfirmed {wanted}: first read on {response.on}.",)
    best, why = _without_response(used, reference_on, rules)
    return best, (f"Unconfirmed {best}: {why}",)


def _confirmed(
    used: Sequence[DatedResponse], reference_on: datetime.date, rules: ResponseRules, non_target_only: bool
) -> Answer:
    for wanted, complete in ((Response.CR, True), (Response.PR, False)):
        if pair := confirmed_pair(used, rules=rules, complete=complete):
            days = (pair[1] - pair[0]).days
            return wanted, (f"Confirmed {wanted}: response on {pair[0]}, confirmed on {pair[1]}, {days} days on.",)
    for response in used:
        days = (response.on - reference_on).days
        if response.overall in _RESPONSES and days >= rules.sd_min_days:
            best = Response.NON_CR_NON_PD if non_target_only else Response.SD
            return best, (
                f"Confirmed {best}: {response.overall} on {response.on} was not confirmed, but {days} days "
                f"after the reference date it is past the minimum of {rules.sd_min_days} days.",
            )
    evaluable = [response for response in used if response.overall is not Response.NE]
    for response, following in pairwise(evaluable):
        if response.overall is Response.PR and following.overall is Response.SD:
            why = f"Confirmed SD: PR on {response.on} was followed by SD on {following.on} (Table 3)."
            return Response.SD, (why,)
    best, why = _without_response(used, reference_on, rules)
    return best, (f"Confirmed {best}: {why}",)


def _without_response(
    used: Sequence[DatedResponse], reference_on: datetime.date, rules: ResponseRules
) -> tuple[Response, str]:
    """SD, then Non-CR/Non-PD, each only past the minimum duration; then PD; then NE."""
    for wanted in (Response.SD, Response.NON_CR_NON_PD):
        for response in used:
            days = (response.on - reference_on).days
            if response.overall is wanted and days >= rules.sd_min_days:
                return wanted, (
                    f"{wanted} on {response.on}, {days} days after the reference date, is past the minimum "
                    f"of {rules.sd_min_days} days."
                )
    if used and used[-1].overall is Response.PD:
        return (
            Response.PD,
            f"progression on {used[-1].on} and no response or stable disease that counts before.",
        )
    if used:
        return Response.NE, "no response, no progression and no stable disease past the minimum duration."
    return Response.NE, "no assessment counts."
