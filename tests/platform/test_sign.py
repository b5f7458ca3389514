"""Electronic signatures: who may, what they bind, what voids them, what a forged one looks like."""

import re

import pytest
from django.test import Client

from tests import scenarios
from trial_edc.accounts import actions as accounts
from trial_edc.accounts.models import Delegation
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditValue
from trial_edc.casebook.actions.lock import lock_form
from trial_edc.casebook.actions.sign import sign_forms, verify_signature
from trial_edc.casebook.models import FormInstance, Signature
from trial_edc.casebook.problems import NotAllowed


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def event(study, subject):
    return scenarios.adverse_event(study, subject)


@pytest.mark.requirement("ESIG-01")
def test_a_signature_holds_name_role_meaning_and_time_with_offset(study, event):
    (signature,) = scenarios.signed(study, event).signed

    assert (signature.printed_name, signature.role, signature.utc_offset_minutes) == (
        "Dr Chen Rui",
        "PI",
        480,
    )
    assert "complete and accurate" in signature.statement
    assert verify_signature(Signature.objects.get())


@pytest.mark.requirement("ESIG-10")
@pytest.mark.parametrize("who", ["crc1", "cra1", "dm1", "mm1", "stat1", "aud1", "admin1", "pi3"])
def test_only_investigators_of_the_site_sign(study, event, who):
    with pytest.raises(NotAllowed):
        scenarios.signed(study, event, by=who)

    assert not Signature.objects.exists()


def test_nothing_is_signed_without_credentials(study, event):
    with pytest.raises(NotAllowed):
        sign_forms(by=study["pi1"], credentials_confirmed=False, revisions={event.pk: 1})

    assert not Signature.objects.exists()


@pytest.mark.requirement("TRN-02")
def test_a_sub_investigator_signs_only_while_delegated(study, event):
    task = Delegation.objects.get(user=study["si1"], task="sign")
    accounts.end_delegation(by=study["pi1"], delegation=task, reason="left the team")

    with pytest.raises(NotAllowed, match="delegation log"):
        scenarios.signed(study, event, by="si1")


def test_a_changed_form_is_left_out_and_named_the_others_are_signed(study, subject, event):
    other = scenarios.adverse_event(study, subject, seq=2)
    scenarios.save(study, subject, "ae/1", {"ae.aetreat": "Y", "ae.aetreat.reason": "entry_error"})

    result = sign_forms(by=study["pi1"], credentials_confirmed=True, revisions={event.pk: 1, other.pk: 1})

    assert [one.instance_id for one in result.signed] == [other.pk]
    assert [(one.instance.pk, "Mei Lin" in one.why) for one in result.left_out] == [(event.pk, True)]


def test_a_serious_event_is_never_part_of_a_batch(study, subject, event):
    serious = scenarios.adverse_event(study, subject, seq=2, aeser="Y", aeshosp="Y")

    with pytest.raises(NotAllowed, match="alone"):
        scenarios.signed(study, event, serious)

    assert not Signature.objects.exists()


def test_an_incomplete_form_cannot_be_signed(study, subject):
    half = scenarios.save(study, subject, "ae/1", {"ae.aeterm": "tired"}).instance

    result = scenarios.signed(study, half)

    assert [one.why for one in result.left_out] == ["It is incomplete; complete it first."]


@pytest.mark.requirement("ESIG-07")
@pytest.mark.parametrize(
    "forged",
    [
        {"printed_name": "Dr Zhou Lan"},
        {"meaning": "eligibility"},
        {"revision": 2},
        {"statement": "I agree."},
        {"content_digest": "0" * 64},
    ],
)
def test_a_signature_changed_in_the_database_does_not_verify(study, event, forged):
    scenarios.signed(study, event)

    with audited(by=study["dm1"], reason="forgery"):
        Signature.objects.update(**forged)

    assert not verify_signature(Signature.objects.get())


@pytest.mark.requirement("ESIG-07")
def test_a_signature_copied_to_another_form_does_not_verify(study, subject, event):
    other = scenarios.adverse_event(study, subject, seq=2)
    (signature,) = scenarios.signed(study, event).signed

    with audited(by=study["dm1"], reason="forgery"):
        signature.pk, signature.instance = None, other
        signature.save(force_insert=True)

    assert not verify_signature(Signature.objects.get(instance=other))
    assert verify_signature(Signature.objects.get(instance=event))
    browser = Client()
    browser.force_login(study["crc1"])
    pages = [browser.get(f"/subjects/{subject.code}/ae/{n}/").content.decode() for n in (1, 2)]
    assert ["does not verify" in page for page in pages] == [False, True]
    assert ["Signed by" in page for page in pages] == [True, False]
    log = browser.get(f"/subjects/{subject.code}/ae/").content.decode()
    assert re.findall(r'data-signature="([a-z-]*)"', log) == ["signed", "resign"]
    history = browser.get(f"/subjects/{subject.code}/ae/2/history/?item=aeterm").content.decode()
    assert "does not verify" in history


@pytest.mark.requirement("ESIG-07")
def test_a_form_under_a_forged_signature_is_signed_anew_and_the_forged_one_stays_in_sight(study, subject, event):
    other = scenarios.adverse_event(study, subject, seq=2)
    (signature,) = scenarios.signed(study, event).signed
    with audited(by=study["dm1"], reason="forgery"):
        signature.pk, signature.instance = None, other
        signature.save(force_insert=True)
    browser = Client()
    browser.force_login(study["pi1"])

    queue = browser.get(f"/sign/?subject={subject.code}").content.decode()
    result = scenarios.signed(study, other)

    assert re.findall(r'name="form" value="(\d+)\.', queue) == [str(other.pk)]
    assert not result.left_out
    forged, true = Signature.objects.filter(instance=other).order_by("pk")
    assert (verify_signature(forged), verify_signature(true)) == (False, True)
    assert forged.void_cause == "It did not verify when the form was signed anew."
    history = browser.get(f"/subjects/{subject.code}/ae/2/history/?item=aeterm").content.decode()
    assert history.count("does not verify") == 1
    assert scenarios.signed(study, other).left_out[0].why == "It is already signed with this meaning."


@pytest.mark.requirement("ESIG-07")
def test_a_form_changed_behind_the_application_is_signed_anew(study, event):
    scenarios.signed(study, event)
    from adverse_events.crfs.ae import AdverseEvent

    with audited(by=study["dm1"], reason="forgery"):
        AdverseEvent.objects.filter(pk=event.pk).update(aetoxgr="1")

    assert not scenarios.signed(study, event).left_out
    assert verify_signature(Signature.objects.get(voided_at=None))


@pytest.mark.requirement("ESIG-07")
def test_content_changed_behind_the_application_does_not_verify(study, event):
    scenarios.signed(study, event)
    from adverse_events.crfs.ae import AdverseEvent

    with audited(by=study["dm1"], reason="forgery"):
        AdverseEvent.objects.filter(pk=event.pk).update(aetoxgr="1")

    assert not verify_signature(Signature.objects.get())


@pytest.mark.requirement("QRY-06")
def test_a_locked_form_cannot_be_signed(study, subject):
    form = scenarios.save(study, subject, "d3/vs", scenarios.DAY_3_SIGNS).instance
    scenarios.day_3(study, subject)
    lock_form(by=study["dm1"], form=FormInstance.objects.get(pk=form.pk), reason="cleaned")

    result = scenarios.signed(study, form)

    assert not result.signed
    assert "locked" in result.left_out[0].why


@pytest.mark.requirement("AUD-08")
def test_signing_is_in_the_trail(study, event):
    scenarios.signed(study, event)

    line = AuditValue.objects.get(table_name="casebook_signature", item="meaning")
    assert (line.new, line.actor_name, line.role) == ("approval", "Dr Chen Rui", "PI")
