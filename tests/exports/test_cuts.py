"""A data cut is a copy: it reads like the live casebooks and nothing changes it afterwards."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from tests import scenarios
from trial_edc.audit import clock
from trial_edc.casebook.reader import read
from trial_edc.exports import frozen
from trial_edc.exports.actions import freeze, make_cut
from trial_edc.exports.models import CutContent, DataCut, FrozenRow
from trial_edc.exports.problems import CannotCut, CutChanged
from trial_edc.exports.study import forms_read, frozen_study, live_study


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    subject = scenarios.infused_subject(study)
    scenarios.day_3(study, subject)
    scenarios.adverse_event(study, subject)
    scenarios.save(study, subject, "d3/lbh", {"lbh.lbhdtc": "", "lbh.anc": "<0.10", "lbh.plt": "61"})
    return subject


def cut_of(study, name="Interim 1", cutoff_on=None):
    cut = make_cut(by=study["stat1"], name=name, cutoff_on=cutoff_on or clock.now().date())
    freeze(cut=cut)
    return cut


def said(casebook):
    return {
        (one.form_code, one.visit_code, one.seq): (one.values, one.meta, one.rows, one.status, one.revision)
        for one in casebook.all()
    }


def test_a_cut_reads_like_the_live_casebook(study, subject):
    cut = cut_of(study)

    (one,) = frozen.subjects(cut)
    live = read(subject)
    kept = frozen.casebooks(cut, [one], {row.form_code for row in live.instances})[one.pk]

    assert said(kept) == said(live)
    assert kept["lbh"]["anc"] == live["lbh"]["anc"]
    assert (one.code, one.site.time_zone) == (subject.code, subject.site.time_zone)
    assert live.instances == tuple(
        type(row)(**{**vars(row), "visit_id": mine.visit_id})
        for row, mine in zip(kept.instances, live.instances, strict=True)
    )


def test_a_later_edit_does_not_reach_the_cut(study, subject):
    cut = cut_of(study)
    before = said(frozen.casebooks(cut, frozen.subjects(cut), {"vs", "ae"})[subject.pk])

    scenarios.save(study, subject, "d3/vs", {"vs.temp": "39.9", "vs.temp.reason": "entry_error"}, revision=1)
    scenarios.adverse_event(study, subject, seq=2)

    assert read(subject).record("d3", "vs").temp == Decimal("39.9")
    assert said(frozen.casebooks(cut, frozen.subjects(cut), {"vs", "ae"})[subject.pk]) == before
    frozen.verify(CutContent.objects.get(cut=cut))


def test_freezing_twice_copies_once(study, subject):
    cut = cut_of(study)
    n_rows = FrozenRow.objects.count()

    again = freeze(cut=cut)

    assert FrozenRow.objects.count() == n_rows == again.n_rows + again.n_subjects


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exports_frozenrow SET content = '{}'",
        "DELETE FROM exports_frozenrow",
        "TRUNCATE exports_frozenrow",
        "UPDATE exports_datacut SET cutoff_on = '2020-01-01'",
        "UPDATE exports_cutcontent SET sha256 = ''",
        "DELETE FROM exports_datacut",
    ],
)
def test_the_application_cannot_change_what_was_frozen(study, subject, statement):
    cut_of(study)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_changed_by_the_owner_is_noticed(fresh_database, owner_connection):
    study = scenarios.study()
    scenarios.infused_subject(study)
    content = freeze(cut=make_cut(by=study["stat1"], name="Interim 1", cutoff_on=clock.now().date()))
    owner_connection.cursor().execute(
        "UPDATE exports_frozenrow SET content = jsonb_set(content, '{head,infdtc}', '\"2020-01-01T00:00:00Z\"') "
        "WHERE form_code = 'inf'"
    )

    with pytest.raises(CutChanged):
        frozen.verify(content)


def test_equal_data_have_equal_digests(study, subject):
    first, second = cut_of(study, "One"), cut_of(study, "Two")

    assert first.content.sha256 == second.content.sha256


def test_a_cut_in_the_future_is_refused(study):
    with pytest.raises(CannotCut, match="future"):
        make_cut(by=study["stat1"], name="Too early", cutoff_on=clock.now().date() + timedelta(days=1))

    assert not DataCut.objects.exists()


def test_a_name_is_taken_once(study):
    make_cut(by=study["stat1"], name="Interim 1", cutoff_on=date(2026, 1, 1))

    with pytest.raises(CannotCut, match="already"):
        make_cut(by=study["dm1"], name=" interim  1", cutoff_on=date(2026, 1, 2))


def test_an_infusion_after_the_cut_off_is_not_seen(study, subject):
    infused_on = live_study().books[0].origin_on

    before = cut_of(study, "Before", cutoff_on=infused_on - timedelta(days=1))
    on_the_day = cut_of(study, "On the day", cutoff_on=infused_on)

    assert frozen_study(before).books[0].origin_on is None
    assert frozen_study(on_the_day).books[0].origin_on == infused_on
    assert {"inf", "ae", "rs", "pk", "cyt", "sv"} <= forms_read()
