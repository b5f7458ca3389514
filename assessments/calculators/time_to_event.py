"""Calculator `time-to-event`: OS, PFS and DOR of one subject."""

from assessments.calculators._shared import confirmation_rules, dated_responses, iso
from assessments.endpoints import (
    Censoring,
    EndpointRules,
    Origin,
    Timeline,
    TimelineError,
    TimeToEvent,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from trial_edc.calculators import CaseError, Reader, parse_number

NAME = "time-to-event"
SOURCE = "FDA, Clinical Trial Endpoints for Cancer Drugs and Biologics (2018), example PFS tables; EMA alternative"
VERSION = "1.0"


def calculate(data: dict[str, object]) -> dict[str, object]:
    """The dates of one subject to its three endpoints. Raises CaseError."""
    reader = Reader(data)
    timeline = Timeline(
        infusion_on=reader.date("infusion_date"),
        assessments=dated_responses(reader, "assessments"),
        enrolment_on=reader.date("enrolment_date", None),
        leukapheresis_on=reader.date("leukapheresis_date", None),
        baseline_on=reader.date("baseline_assessment_date", None),
        new_therapy_on=reader.date("new_anticancer_therapy_date", None),
        death_on=reader.date("death_date", None),
        last_known_alive_on=reader.date("last_known_alive_date", None),
        cutoff_on=reader.date("data_cutoff_date", None),
    )
    rules = _rules(reader.object("config"))
    reader.close()
    try:
        found = {
            "OS": overall_survival(timeline),
            "PFS": progression_free_survival(timeline, rules),
            "DOR": duration_of_response(timeline, rules),
        }
    except TimelineError as problem:
        raise CaseError(str(problem)) from None
    result: dict[str, object] = {name: _times(time) for name, time in found.items()}
    if found["DOR"] is not None:
        result["DOR"] = {**(_times(found["DOR"]) or {}), "start_date": iso(found["DOR"].start_on)}
    result["why"] = _why(found, rules)
    return result


def _rules(reader: Reader | None) -> EndpointRules:
    if reader is None:
        return EndpointRules()
    standard = EndpointRules()
    rules = EndpointRules(
        censoring=Censoring(reader.token("rules", tuple(Censoring), standard.censoring)),
        pfs_origin=Origin(reader.token("pfs_origin", tuple(Origin), standard.pfs_origin)),
        scheduled_scan_days=_scan_days(reader, standard.scheduled_scan_days),
        scan_window_days=reader.integer("scan_window_days", standard.scan_window_days, minimum=0),
        max_missed=reader.integer("max_missed", standard.max_missed, minimum=1),
        require_confirmation=reader.flag("require_confirmation", standard.require_confirmation),
        response=confirmation_rules(reader, sd_min_days=standard.response.sd_min_days),
    )
    reader.close()
    return rules


def _scan_days(reader: Reader, default: tuple[int, ...]) -> tuple[int, ...]:
    """Whole days from infusion, each once."""
    listed = reader.items("scheduled_scan_days", None)
    if listed is None:
        return default
    days: list[int] = []
    for i, value in enumerate(listed):
        where = f"{reader.where('scheduled_scan_days')}[{i}]"
        number = parse_number(value, where, minimum=0)
        if number != number.to_integral_value():
            raise CaseError(f"{where} must be a whole number, got {number}.")
        if int(number) in days:
            raise CaseError(f"{where} lists day {number} a second time.")
        days.append(int(number))
    return tuple(days)


def _times(time: TimeToEvent | None) -> dict[str, object] | None:
    if time is None:
        return None
    return {
        "event": time.event,
        "end_date": iso(time.end_on),
        "days_difference": time.days_difference,
        "days_plus_1": time.days_plus_1,
        "reason": time.reason.value,
    }


def _why(found: dict[str, TimeToEvent | None], rules: EndpointRules) -> list[str]:
    sentences = [f"Censoring by the {rules.censoring} rules."]
    for name, time in found.items():
        if time is None:
            wanted = "confirmed response" if rules.require_confirmation else "response"
            sentences.append(f"{name}: no {wanted} that counts.")
        else:
            sentences += [f"{name}: {sentence}" for sentence in time.why]
    return sentences
