"""Queries: their steps and who may take each."""

import pytest

from tests import scenarios
from trial_edc.casebook.actions.queries import (
    answer_query,
    cancel_query,
    close_query,
    raise_query,
    reopen_query,
)
from trial_edc.casebook.problems import NotAllowed


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def form(study):
    return scenarios.day_3(study, scenarios.infused_subject(study))


@pytest.fixture
def query(study, form):
    return raise_query(by=study["cra1"], instance=form, item="temp", text="Which is correct?")


@pytest.mark.requirement("QRY-01")
def test_a_thread_keeps_every_turn(study, query):
    answer_query(by=study["crc1"], query=query, text="38.4 is correct")
    reopen_query(by=study["cra1"], query=query, text="The chart shows 39.4")
    answer_query(by=study["crc1"], query=query, text="Seen")
    closed = close_query(by=study["cra1"], query=query)

    assert closed.state == "closed"
    assert [turn.action for turn in query.messages.order_by("pk")] == [
        "opened",
        "answered",
        "reopened",
        "answered",
        "closed",
    ]


def test_a_saved_value_that_another_answer_made_impossible_is_asked_about_once_until_it_is_changed(study):
    subject = scenarios.infused_subject(study)
    form = scenarios.adverse_event(study, subject, aetoxgr="3")
    reason = {"ae.aectcae.reason": "entry_error", "ae.aetoxgr.reason": "entry_error"}

    saved = scenarios.save(study, subject, "ae/1", {"ae.aectcae": "Alopecia", **reason}, by="pi1")
    again = scenarios.save(
        study, subject, "ae/1", {"ae.aeout": "RECOVERED", "ae.aeout.reason": "entry_error"}, by="pi1"
    )

    (query,) = saved.opened
    assert (query.item, query.rule, query.instance_id) == ("aetoxgr", "grade_exists_for_the_term", form.pk)
    assert "CTCAE has no grade 3 for Alopecia" in query.messages.get().text
    assert again.opened == ()
    mended = scenarios.save(study, subject, "ae/1", {"ae.aetoxgr": "2", **reason}, by="pi1")
    query.refresh_from_db()
    assert (mended.n_closed, query.state) == (1, "closed")


@pytest.mark.requirement("QRY-03")
@pytest.mark.parametrize("who", ["crc1", "pi1", "mm1", "stat1", "aud1", "admin1"])
def test_the_site_and_other_reviewers_do_not_close_a_query(study, query, who):
    with pytest.raises(NotAllowed):
        close_query(by=study[who], query=query)


def test_the_data_manager_closes_any_query(study, query):
    assert close_query(by=study["dm1"], query=query).state == "closed"


@pytest.mark.parametrize("who", ["crc1", "pi1", "stat1", "aud1", "admin1", "lab1"])
def test_only_reviewers_raise_queries(study, form, who):
    with pytest.raises(NotAllowed):
        raise_query(by=study[who], instance=form, text="Which is correct?")


@pytest.mark.parametrize("who", ["cra1", "dm1", "mm1", "crc3", "aud1"])
def test_only_the_site_answers(study, query, who):
    with pytest.raises(NotAllowed):
        answer_query(by=study[who], query=query, text="38.4")


def test_a_query_of_a_check_is_not_closed_before_it_is_answered(study):
    subject = scenarios.infused_subject(study)
    opened = scenarios.save(study, subject, "d3/vs", {"vs.pulse": "160"}).opened[0]

    with pytest.raises(NotAllowed, match="A check opened this query"):
        close_query(by=study["dm1"], query=opened)


def test_a_check_does_not_ask_again_what_a_person_settled(study):
    subject = scenarios.infused_subject(study)
    opened = scenarios.save(study, subject, "d3/vs", {"vs.pulse": "160"}).opened[0]
    answer_query(by=study["crc1"], query=opened, text="Measured twice")
    close_query(by=study["dm1"], query=opened)

    again = scenarios.save(study, subject, "d3/vs", {"vs.resp": "18"})
    changed = scenarios.save(study, subject, "d3/vs", {"vs.pulse": "170", "vs.pulse.reason": "entry_error"})

    assert again.opened == ()
    assert [query.item for query in changed.opened] == ["pulse"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_turn_needs_words(study, query, text):
    with pytest.raises(NotAllowed):
        answer_query(by=study["crc1"], query=query, text=text)


def test_cancelling_needs_a_reason_and_ends_the_query(study, query):
    assert cancel_query(by=study["dm1"], query=query, reason="asked twice").state == "cancelled"

    with pytest.raises(NotAllowed, match="cancelled"):
        answer_query(by=study["crc1"], query=query, text="too late")
