"""Manufacture that fails, is made again or ends; identifiers that stand once."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from subjects.demo.courses import COURSES
from subjects.demo.seed import seed_demo
from subjects.product.selectors import product_now
from subjects.product.state import state_of
from subjects.selectors import dates_of
from tests import scenarios
from tests.subjects import product_world as world
from tests.subjects.product_world import LOT
from trial_edc.audit.context import audited
from trial_edc.crf.registry import crf

BACKEND = "trial_edc.accounts.backend.PeopleBackend"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return world.ready(study)


def signed_in(client, study, who):
    client.force_login(study[who], backend=BACKEND)
    return client


def test_the_demo_has_failed_manufactures(study):
    call_command("load_laboratories", verbosity=0)
    courses = tuple(course for course in COURSES if course.failure)

    again, ended = seed_demo(as_of=date(2026, 3, 5), people=study.people, courses=courses, say=lambda text: None)

    assert state_of(product_now(again)) == ("ok", "Released")
    assert [lot.outcome for lot in product_now(again).lots] == ["REPEAT", "SUCCESS"]
    assert product_now(again).next_step == "THAW"
    assert state_of(product_now(ended)) == ("act", "Failure - stop")
    assert product_now(ended).next_step == ""


def test_a_failed_manufacture_is_made_again(client, study):
    subject = world.collected(study)
    failed = {"mfgfail": "REPEAT", "mfgrem": "Y", "mfgendt": "", "mfgfldt": world.day(subject, 30)}
    world.manufactured(study, subject, **failed)
    signed_in(client, study, "mfr1")
    shown = client.get(f"/subjects/{subject.code}/product/").content.decode()

    assert "Failure - repeat" in shown
    assert f"/subjects/{subject.code}/visits/mfg/mfg/2/" in shown
    again = {**world.BATCH, "mfg.mfgbatch": "CT-010002", "mfg.mfgstdt": world.day(subject, 28), "_revision": "0"}
    answer = client.post(f"/subjects/{subject.code}/visits/mfg/mfg/2/", again | {"mfg.mfgendt": world.day(subject, 15)})
    assert answer.status_code == 302
    world.released(study, subject, days_ago=10)
    product = product_now(subject)

    assert [lot.batch for lot in product.lots] == [LOT, "CT-010002"]
    assert [len(lot.bags) for lot in product.lots] == [0, 1]
    assert state_of(product) == ("ok", "Released")
    assert dates_of(subject).anchors.tracks_off == ()


def test_a_manufacture_that_ends_switches_tracks_off_from_its_day(study):
    subject = world.collected(study)
    failed = {"mfgfail": "STOP", "mfgendt": "", "mfgfldt": world.day(subject, 30)}
    world.manufactured(study, subject, **failed)

    off = dates_of(subject).anchors.tracks_off

    assert {one.track for one in off} == {"product", "safety", "efficacy", "follow-up"}
    assert {f"{one.on:%d-%b-%Y}" for one in off} == {world.day(subject, 30)}


def test_a_batch_belongs_to_one_subject(client, study, subject):
    other = world.collected(study)
    signed_in(client, study, "mfr1")

    answer = client.post(
        f"/subjects/{other.code}/visits/mfg/mfg/",
        {**world.BATCH, "mfg.mfgbatch": LOT.lower(), "mfg.mfgstdt": world.day(other, 30), "_revision": "0"},
    )

    assert answer.status_code == 422
    assert "stands in another form already. Each batch has one form and one subject." in answer.content.decode()
    assert product_now(other).lot.batch == ""


@pytest.mark.parametrize(
    ("table", "item", "index"),
    [("mfg", "mfgbatch", "one_form_per_batch"), ("ihc", "ihcspid", "one_form_per_specimen")],
)
def test_the_database_refuses_an_identifier_twice(study, table, item, index):
    one, two = world.collected(study), world.collected(study)
    at = "mfg/mfg" if table == "mfg" else "prescr/ihc"
    by = "mfr1" if table == "mfg" else "crc1"
    scenarios.save(study, one, at, {f"{table}.{item}": "X-1"}, by=by)
    saved = scenarios.save(study, two, at, {f"{table}.{item}": "X-2"}, by=by)

    with pytest.raises(IntegrityError, match=index), audited(by=study[by], reason="test"):
        crf(table).objects.filter(pk=saved.instance.pk).update(**{item: "x-1"})
