"""Locks: what blocks them, what they refuse, who opens them, and that they close by themselves."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from assessments.crfs.vs import VitalSigns
from tests import scenarios
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.lock import (
    CannotLock,
    ask_site_lock,
    ask_unlock,
    confirm_site_lock,
    confirm_unlock,
    lock_form,
    lock_subject,
)
from trial_edc.casebook.actions.queries import raise_query
from trial_edc.casebook.models import FormInstance, Unlock
from trial_edc.casebook.problems import FormLocked, NotAllowed

CORRECTION = {"vs.temp": "39.4", "vs.temp.reason": "entry_error"}


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def form(study, subject):
    return FormInstance.objects.get(pk=scenarios.day_3(study, subject).pk)


@pytest.fixture
def locked(study, form):
    lock_form(by=study["dm1"], form=form, reason="cleaned")
    return form


@pytest.mark.requirement("QRY-05")
def test_an_open_query_blocks_the_lock_and_links_to_its_field(study, form):
    raise_query(by=study["cra1"], instance=form, item="temp", text="Which is correct?")

    with pytest.raises(CannotLock) as refused:
        lock_form(by=study["dm1"], form=form, reason="cleaned")

    assert refused.value.blockers[0].url.endswith("/visits/d3/vs/#vs.temp")


@pytest.mark.requirement("QRY-05")
def test_what_is_due_and_missing_blocks_the_lock_of_a_subject(study, subject):
    with pytest.raises(CannotLock, match="Vital signs, Day 1 is not entered"):
        lock_subject(by=study["dm1"], subject=subject, reason="cleaned")


@pytest.mark.parametrize("who", ["crc1", "pi1", "cra1", "mm1", "aud1", "admin1"])
def test_only_the_data_manager_locks(study, form, who):
    with pytest.raises(NotAllowed):
        lock_form(by=study[who], form=form, reason="cleaned")


@pytest.mark.requirement("QRY-06")
def test_a_locked_form_refuses_a_save_and_raw_writes(study, subject, locked):
    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d3/vs", CORRECTION)
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic(), audited(by=study["crc1"]):
        VitalSigns.objects.filter(pk=locked.pk).update(o2sup="LFNC")


@pytest.mark.requirement("QRY-07")
def test_an_unlock_opens_only_after_the_second_person_and_for_its_hours(study, subject, locked):
    unlock = ask_unlock(by=study["dm1"], reason="wrong chart", hours=4, site=subject.site, form=locked, subject=subject)
    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d3/vs", CORRECTION)
    with pytest.raises(NotAllowed):
        confirm_unlock(by=study["dm1"], unlock=unlock)

    confirm_unlock(by=study["mm1"], unlock=unlock)
    scenarios.save(study, subject, "d3/vs", CORRECTION)

    with audited(by=study["dm1"], reason="four hours later"):
        Unlock.objects.update(until=clock.now() - timedelta(hours=1))
    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d3/vs", {"vs.temp": "38", "vs.temp.reason": "entry_error"})


@pytest.mark.requirement("QRY-07")
def test_an_unlock_of_one_form_leaves_the_others_of_the_site_locked(study, subject, form):
    other = scenarios.save(study, subject, "d4/vs", scenarios.DAY_3_SIGNS).instance
    confirm_site_lock(by=study["mm1"], lock=ask_site_lock(by=study["dm1"], site=subject.site, reason="closed"))
    unlock = ask_unlock(by=study["dm1"], reason="wrong chart", hours=1, site=subject.site, form=form, subject=subject)
    confirm_unlock(by=study["mm1"], unlock=unlock)

    scenarios.save(study, subject, "d3/vs", CORRECTION)

    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d4/vs", CORRECTION)
    assert other.pk != form.pk


def test_a_site_is_locked_by_two_persons(study, subject, form):
    asked = ask_site_lock(by=study["dm1"], site=subject.site, reason="closed")
    scenarios.save(study, subject, "d3/vs", CORRECTION)
    with pytest.raises(NotAllowed):
        confirm_site_lock(by=study["dm1"], lock=asked)

    confirm_site_lock(by=study["mm1"], lock=asked)

    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d3/vs", {"vs.temp": "38", "vs.temp.reason": "entry_error"})
    with pytest.raises(FormLocked):
        scenarios.save(study, subject, "d4/vs", scenarios.DAY_3_SIGNS)
