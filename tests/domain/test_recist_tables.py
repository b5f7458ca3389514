"""Tables 1, 2 and 3 of RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009;45:228-247), row by row."""

import pytest

from assessments.recist import (
    NewLesion,
    Response,
    ResponseRules,
    best_response,
    confirmed_pair,
    overall_response,
)

from .recist_data import INFUSION, on, responses

R = Response
NOT_PD = (R.CR, R.NON_CR_NON_PD, R.NE, R.NA)
ALL_NON_TARGET = (R.CR, R.NON_CR_NON_PD, R.PD, R.NE, R.NA)
ALL_TARGET = (R.CR, R.PR, R.SD, R.PD, R.NE)


@pytest.mark.parametrize(
    ("target", "non_target", "overall"),
    [
        (R.CR, R.CR, R.CR),
        (R.CR, R.NA, R.CR),
        (R.CR, R.NON_CR_NON_PD, R.PR),
        (R.CR, R.NE, R.PR),
        *((R.PR, non_target, R.PR) for non_target in NOT_PD),
        *((R.SD, non_target, R.SD) for non_target in NOT_PD),
        *((R.NE, non_target, R.NE) for non_target in NOT_PD),
        *((R.PD, non_target, R.PD) for non_target in ALL_NON_TARGET),
        *((target, R.PD, R.PD) for target in ALL_TARGET),
    ],
)
def test_table_1_with_target_lesions(target, non_target, overall):
    assert overall_response(target, non_target, NewLesion.NONE) is overall
    assert overall_response(target, non_target, NewLesion.EQUIVOCAL) is overall


@pytest.mark.parametrize("target", [*ALL_TARGET, R.NA])
@pytest.mark.parametrize("non_target", ALL_NON_TARGET)
def test_table_1_and_2_an_unequivocal_new_lesion_is_progression(target, non_target):
    assert overall_response(target, non_target, NewLesion.UNEQUIVOCAL) is R.PD


@pytest.mark.parametrize(
    ("non_target", "overall"),
    [(R.CR, R.CR), (R.NON_CR_NON_PD, R.NON_CR_NON_PD), (R.NE, R.NE), (R.PD, R.PD), (R.NA, R.NE)],
)
def test_table_2_with_non_target_lesions_only(non_target, overall):
    assert overall_response(R.NA, non_target, NewLesion.NONE) is overall


TABLE_3 = [
    # first, next, best when the first is past the minimum of SD, best when it is not
    ("CR", "CR", "CR", "CR"),
    ("CR", "PR", "SD", "PD"),  # footnote: disease that is back after a true CR is PD
    ("CR", "SD", "SD", "PD"),
    ("CR", "PD", "SD", "PD"),
    ("CR", "NE", "SD", "NE"),
    ("PR", "CR", "PR", "PR"),
    ("PR", "PR", "PR", "PR"),
    ("PR", "SD", "SD", "SD"),
    ("PR", "PD", "SD", "PD"),
    ("PR", "NE", "SD", "NE"),
    ("NE", "NE", "NE", "NE"),
]


@pytest.mark.parametrize(("first", "following", "met", "not_met"), TABLE_3)
def test_table_3_when_the_first_scan_is_past_the_minimum_of_sd(first, following, met, not_met):
    best = best_response(responses((42, first), (84, following)), reference_on=INFUSION, rules=ResponseRules())

    assert best.confirmed == met


@pytest.mark.parametrize(("first", "following", "met", "not_met"), TABLE_3)
def test_table_3_when_the_first_scan_is_before_the_minimum_of_sd(first, following, met, not_met):
    best = best_response(responses((41, first), (83, following)), reference_on=INFUSION, rules=ResponseRules())

    assert best.confirmed == not_met


@pytest.mark.parametrize(
    ("history", "confirmed"),
    [("NE CR", "SD"), ("NE PR", "SD"), ("NE SD", "SD"), ("NE PD", "PD"), ("SD PD", "PD"), ("SD NE", "NE")],
)
def test_sequences_that_table_3_leaves_out_follow_the_minimum_of_sd(history, confirmed):
    first, following = history.split()

    best = best_response(responses((41, first), (83, following)), reference_on=INFUSION, rules=ResponseRules())

    assert best.confirmed == confirmed


@pytest.mark.parametrize(("days", "confirmed"), [(27, "SD"), (28, "PR"), (29, "PR")])
def test_a_response_is_confirmed_at_28_days_and_not_before(days, confirmed):
    best = best_response(responses((50, "PR"), (50 + days, "PR")), reference_on=INFUSION, rules=ResponseRules())

    assert best.unconfirmed == "PR"
    assert best.confirmed == confirmed


@pytest.mark.parametrize(
    ("history", "rules", "confirmed"),
    [
        ("PR NE PR", ResponseRules(), "PR"),
        ("PR NE NE PR", ResponseRules(), "SD"),
        ("PR NE NE PR", ResponseRules(max_intervening_ne=2), "PR"),
        ("PR NE PR", ResponseRules(max_intervening_ne=0), "SD"),
        ("PR SD PR", ResponseRules(), "SD"),
        ("PR SD PR", ResponseRules(intervening_sd_allowed=True), "PR"),
        ("PR SD NE SD PR", ResponseRules(intervening_sd_allowed=True), "PR"),
        ("CR NE CR", ResponseRules(), "CR"),
        ("CR NE NE CR", ResponseRules(), "SD"),
        ("CR PR CR", ResponseRules(), "SD"),
        ("CR SD CR", ResponseRules(intervening_sd_allowed=True), "SD"),
        ("PR CR NE CR", ResponseRules(), "CR"),
        ("PR CR PR PR", ResponseRules(), "PR"),
        ("SD SD PR PD PR PR", ResponseRules(), "SD"),
        ("PD CR CR", ResponseRules(), "PD"),
        ("", ResponseRules(), "NE"),
    ],
)
def test_what_may_lie_between_a_response_and_its_confirmation(history, rules, confirmed):
    dated = [(60 + 30 * i, overall) for i, overall in enumerate(history.split())]

    best = best_response(responses(*dated), reference_on=INFUSION, rules=rules)

    assert best.confirmed == confirmed


def test_sd_never_lies_between_two_cr_that_confirm_each_other():
    allowed = ResponseRules(intervening_sd_allowed=True)

    assert confirmed_pair(responses((30, "CR"), (60, "SD"), (90, "CR")), rules=allowed, complete=True) is None


def test_confirmation_looks_beyond_the_neighbour():
    """Three partial responses two weeks apart: the first and the third confirm each other."""
    best = best_response(
        responses((28, "PR"), (42, "PR"), (56, "PR")),
        reference_on=INFUSION,
        rules=ResponseRules(sd_min_days=100),
    )

    assert best.confirmed == "PR"


@pytest.mark.parametrize(
    ("dated", "unconfirmed", "confirmed"),
    [
        (((28, "Non-CR/Non-PD"), (60, "Non-CR/Non-PD")), "Non-CR/Non-PD", "Non-CR/Non-PD"),
        (((28, "Non-CR/Non-PD"), (60, "PD")), "PD", "PD"),
        (((28, "Non-CR/Non-PD"),), "NE", "NE"),
        (((28, "Non-CR/Non-PD"), (60, "CR"), (90, "PD")), "CR", "Non-CR/Non-PD"),
        (((60, "CR"), (90, "Non-CR/Non-PD")), "CR", "Non-CR/Non-PD"),
        (((28, "SD"), (60, "CR"), (90, "PD")), "CR", "SD"),
    ],
)
def test_non_target_disease_has_no_sd(dated, unconfirmed, confirmed):
    best = best_response(responses(*dated), reference_on=INFUSION, rules=ResponseRules())

    assert (best.unconfirmed, best.confirmed) == (unconfirmed, confirmed)


def test_scans_after_new_therapy_do_not_count_but_the_scan_of_that_day_does():
    history = responses((60, "SD"), (90, "PR"), (130, "PR"))

    after = best_response(history, reference_on=INFUSION, rules=ResponseRules(), new_therapy_on=on(89))
    same_day = best_response(history, reference_on=INFUSION, rules=ResponseRules(), new_therapy_on=on(90))

    assert (after.unconfirmed, same_day.unconfirmed) == ("SD", "PR")
    assert same_day.confirmed == "SD"


def test_disease_after_cr_is_listed_for_a_query():
    best = best_response(responses((60, "CR"), (90, "PR")), reference_on=INFUSION, rules=ResponseRules())

    assert best.reread_on == (on(90),)
    assert any("query" in sentence for sentence in best.why)


def test_a_response_before_the_reference_date_is_refused():
    with pytest.raises(ValueError, match="before the reference date"):
        best_response(responses((-1, "SD")), reference_on=INFUSION, rules=ResponseRules())
