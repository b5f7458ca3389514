"""What must hold for every history, whatever the numbers."""

import datetime
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assessments.endpoints import (
    Censoring,
    EndpointRules,
    Timeline,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from assessments.recist import (
    Baseline,
    Criteria,
    DatedResponse,
    Finding,
    NewLesion,
    NonTargetLesion,
    NonTargetStatus,
    Response,
    ResponseRules,
    Scan,
    TargetLesion,
    best_response,
    is_responder,
    overall_response,
    read_history,
)

from .recist_data import INFUSION, on

LENGTHS = st.integers(0, 800).map(lambda tenths: Decimal(tenths) / 10)
VALUES = st.one_of(
    LENGTHS,
    st.sampled_from(Finding),
    st.lists(LENGTHS, min_size=1, max_size=3).map(tuple),
    st.just(Decimal(0)),
)
OVERALL = st.sampled_from([response for response in Response if response is not Response.NA])
DAYS = st.lists(st.integers(1, 900), unique=True, max_size=9)


@st.composite
def histories(draw):
    """A baseline of up to 3 targets and 2 non-targets with scans on different days."""
    targets = tuple(
        TargetLesion(f"T{i}", "lung", draw(st.booleans()), draw(LENGTHS)) for i in range(draw(st.integers(0, 3)))
    )
    non_targets = tuple(NonTargetLesion(f"N{i}", "bone") for i in range(draw(st.integers(0, 2))))
    scans = [
        Scan(
            on=on(day),
            performed=draw(st.integers(0, 9)) > 0,
            targets={lesion.id: draw(VALUES) for lesion in targets},
            non_targets={lesion.id: draw(st.sampled_from(NonTargetStatus)) for lesion in non_targets},
            new_lesion=draw(st.sampled_from([NewLesion.NONE, NewLesion.NONE, *NewLesion])),
        )
        for day in draw(DAYS)
    ]
    return Baseline(targets, non_targets), scans


dated = DAYS.flatmap(
    lambda days: st.tuples(*(OVERALL.map(lambda overall, day=day: DatedResponse(on(day), overall)) for day in days))
)
rules = st.builds(
    ResponseRules,
    sd_min_days=st.integers(0, 100),
    confirmation_min_days=st.integers(0, 60),
    max_intervening_ne=st.integers(0, 3),
    intervening_sd_allowed=st.booleans(),
)
dates = st.integers(0, 1000).map(on)
maybe = st.one_of(st.none(), dates)


@st.composite
def timelines(draw):
    """One subject; every date is on or after the infusion, in any order."""
    return Timeline(
        infusion_on=INFUSION,
        assessments=draw(dated),
        baseline_on=draw(st.sampled_from([None, on(-5), on(-5), on(-5)])),
        new_therapy_on=draw(maybe),
        death_on=draw(maybe),
        last_known_alive_on=draw(maybe),
        cutoff_on=draw(maybe),
    )


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_scans_is_irrelevant(history, source):
    lesions, scans = history
    shuffled = source.sample(scans, len(scans))

    first = read_history(lesions, scans, reference_on=INFUSION)
    second = read_history(lesions, shuffled, reference_on=INFUSION)

    assert {point.on: point for point in first.time_points} == {point.on: point for point in second.time_points}
    assert (first.best, first.first_pd_on) == (second.best, second.first_pd_on)
    assert [point.on for point in second.time_points] == [scan.on for scan in shuffled]


@given(histories(), st.decimals("0.01", "1000", places=2, allow_nan=False, allow_infinity=False))
def test_scaling_all_diameters_and_limits_changes_no_response(history, factor):
    lesions, scans = history
    standard = Criteria()
    scaled = replace(
        standard,
        progression_min_mm=standard.progression_min_mm * factor,
        normal_node_mm=standard.normal_node_mm * factor,
        too_small_mm=standard.too_small_mm * factor,
    )
    larger = Baseline(
        tuple(replace(lesion, diameter_mm=lesion.diameter_mm * factor) for lesion in lesions.targets),
        lesions.non_targets,
    )

    def grown(value):
        if isinstance(value, tuple):
            return tuple(one * factor for one in value)
        return value * factor if isinstance(value, Decimal) else value

    as_read = read_history(lesions, scans, reference_on=INFUSION)
    as_scaled = read_history(
        larger,
        [replace(scan, targets={key: grown(value) for key, value in scan.targets.items()}) for scan in scans],
        reference_on=INFUSION,
        criteria=scaled,
    )

    def responses(history):
        return [(point.target, point.non_target, point.overall) for point in history.time_points]

    assert responses(as_read) == responses(as_scaled)
    assert (as_read.best.confirmed, as_read.first_pd_on) == (as_scaled.best.confirmed, as_scaled.first_pd_on)


@given(histories())
def test_the_overall_response_is_that_of_the_tables_and_the_nadir_never_grows(history):
    lesions, scans = history
    points = sorted(
        zip(scans, read_history(lesions, scans, reference_on=INFUSION).time_points, strict=True),
        key=lambda pair: pair[0].on,
    )

    for scan, point in points:
        if scan.performed:
            assert point.overall is overall_response(point.target, point.non_target, scan.new_lesion)
        else:
            assert point.overall is Response.NE
        assert (point.sum_mm is None) or not any(value is Finding.NOT_EVALUABLE for value in scan.targets.values())
    nadirs = [point.nadir_before_mm for _, point in points if point.nadir_before_mm is not None]
    assert nadirs == sorted(nadirs, reverse=True)


@given(dated, dated, rules)
def test_nothing_after_progression_changes_a_best_response(before, after, settings):
    progressed_on = max((response.on for response in before), default=INFUSION) + datetime.timedelta(days=1)
    gap = progressed_on - INFUSION
    history = (*before, DatedResponse(progressed_on, Response.PD))
    later = tuple(replace(response, on=response.on + gap) for response in after)

    alone = best_response(history, reference_on=INFUSION, rules=settings)
    followed = best_response((*history, *later), reference_on=INFUSION, rules=settings)

    assert alone == followed


@given(dated, rules, maybe)
def test_a_confirmed_response_is_also_an_unconfirmed_one(responses, settings, therapy_on):
    best = best_response(responses, reference_on=INFUSION, rules=settings, new_therapy_on=therapy_on)

    if is_responder(best.confirmed):
        assert is_responder(best.unconfirmed)
    if best.confirmed is Response.CR:
        assert best.unconfirmed is Response.CR
    if best.unconfirmed is Response.PD:
        assert best.confirmed is Response.PD


@given(dated, rules)
def test_confirmed_response_agrees_with_trying_every_pair(responses, settings):
    """The same rule written the slow way: two responses, far enough apart, only allowed words between."""
    history: list[DatedResponse] = []
    after_cr = False
    for response in sorted(responses, key=lambda response: response.on):
        overall = response.overall
        if after_cr and overall not in (Response.CR, Response.NE):
            overall = Response.PD
        history.append(DatedResponse(response.on, overall))
        after_cr = after_cr or overall is Response.CR
        if overall is Response.PD:
            break

    def pair_exists(wanted, allowed):
        for i, first in enumerate(history):
            for j in range(i + 1, len(history)):
                between = [response.overall for response in history[i + 1 : j]]
                if (
                    first.overall in wanted
                    and history[j].overall in wanted
                    and (history[j].on - first.on).days >= settings.confirmation_min_days
                    and between.count(Response.NE) <= settings.max_intervening_ne
                    and all(overall in (*allowed, Response.NE) for overall in between)
                ):
                    return True
        return False

    either = {Response.CR, Response.PR}
    between_pr = {*either, Response.SD} if settings.intervening_sd_allowed else either
    best = best_response(responses, reference_on=INFUSION, rules=settings)

    assert (best.confirmed is Response.CR) == pair_exists({Response.CR}, {Response.CR})
    assert is_responder(best.confirmed) == (
        pair_exists({Response.CR}, {Response.CR}) or pair_exists(either, between_pr)
    )


@given(timelines())
def test_censoring_never_raises_the_count_of_events(timeline):
    fda = progression_free_survival(timeline, EndpointRules())
    ema = progression_free_survival(timeline, EndpointRules(censoring=Censoring.EMA))

    assert fda.event <= ema.event
    assert fda.end_on <= ema.end_on


@given(timelines(), dates)
def test_an_earlier_cut_off_never_adds_an_event_to_survival(timeline, cutoff_on):
    whole = overall_survival(replace(timeline, cutoff_on=None))
    cut = overall_survival(replace(timeline, cutoff_on=cutoff_on))

    assert cut.event <= whole.event
    assert cut.end_on <= whole.end_on


@given(timelines(), st.sampled_from(Censoring), st.booleans())
def test_times_are_never_negative_and_response_lies_inside(timeline, censoring, confirmed):
    plan = EndpointRules(censoring=censoring, require_confirmation=confirmed)

    pfs = progression_free_survival(timeline, plan)
    dor = duration_of_response(timeline, plan)

    assert overall_survival(timeline).days_difference >= 0
    assert pfs.days_difference >= 0
    assert pfs.end_on <= (timeline.cutoff_on or datetime.date.max)
    if dor is not None:
        assert pfs.start_on < dor.start_on <= dor.end_on == pfs.end_on
