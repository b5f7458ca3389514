"""The product's pages: its way, identity checked by two persons, holds, failure and second manufacture."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from subjects.models import Hold, IdentityCheck, Subject
from subjects.product.actions import confirm_identity, decide_hold, open_hold, read_labels
from subjects.product.identity import Comparison
from subjects.product.selectors import product_now
from subjects.product.state import obstacles, state_of, step_for
from tests import scenarios
from tests.platform.conftest import fresh_code
from tests.subjects import product_world as world
from tests.subjects.product_world import APPROVED, COI, LOT, OUT, labels
from tests.subjects.test_eligibility_sheet import confirm
from trial_edc.accounts.actions import end_delegation
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent
from trial_edc.casebook.actions.sign import sign_forms
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.problems import NotAllowed, Refused
from trial_edc.notices.models import Notice

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


def read(study, subject, *, by="crc1", **changed):
    return read_labels(by=study[by], subject=subject, **labels(subject, **changed))


def second(name, **changed):
    email = f"{name}@demo.example"
    return {"email": email, "password": DEMO_PASSWORD, "code": fresh_code(email), **changed}


# Identifiers


def test_a_difference_is_told_by_its_place():
    one = Comparison("lot", "Lot", "CT-010001", "CT-010007")

    assert [letter.place for letter in one.letters if letter.differs] == [9]
    assert one.in_words == (
        "Lot: 1 character differs. Expected is CT-010001, read was CT-010007. Character 9 is 7 instead of 1."
    )


def test_a_shorter_string_differs_where_it_ends():
    one = Comparison("lot", "Lot", "CT-010001", "CT-0100")

    assert [(letter.place, letter.expected, letter.read) for letter in one.letters if letter.differs] == [
        (8, "0", ""),
        (9, "1", ""),
    ]
    assert one.in_words.endswith("The first is character 8: nothing instead of 0.")


# Two persons


@pytest.mark.requirement("DATA-08")
def test_two_persons_confirm_and_the_step_is_in_the_custody_log(client, study, subject):
    signed_in(client, study, "crc1")
    first = client.post(f"/subjects/{subject.code}/product/check/", labels(subject, "THAW"))

    answer = client.post(first.url, second("nurse1"))

    check = IdentityCheck.objects.get()
    assert (answer.status_code, check.outcome) == (302, "passed")
    assert (check.first_by, check.second_by) == (study["crc1"], study["nurse1"])
    entry = product_now(subject).steps[-1]
    assert (entry.coistep, entry.coiid, entry.coimatch) == ("THAW", COI, "Y")
    assert (entry.coiby1, entry.coiby2) == (study["crc1"].pk, study["nurse1"].pk)
    assert int(client.session["_auth_user_id"]) == study["crc1"].pk


@pytest.mark.requirement("DATA-08")
def test_one_person_does_not_confirm_twice(client, study, subject):
    signed_in(client, study, "crc1")
    first = client.post(f"/subjects/{subject.code}/product/check/", labels(subject))

    answer = client.post(first.url, second("crc1"))

    assert answer.status_code == 422
    assert "Mei Lin is the first person. A second, different person confirms." in answer.content.decode()
    assert IdentityCheck.objects.get().outcome == "waiting"


def test_the_database_refuses_one_person_twice_too(study, subject):
    check = read(study, subject)
    update = "UPDATE subjects_identitycheck SET second_by_id = first_by_id WHERE id = %s"

    with (
        pytest.raises(IntegrityError, match="two_persons_check_identity"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(update, [check.pk])


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"code": "000000"}, {"email": "nobody@demo.example"}])
def test_wrong_credentials_confirm_nothing(client, study, subject, wrong):
    signed_in(client, study, "crc1")
    first = client.post(f"/subjects/{subject.code}/product/check/", labels(subject))

    answer = client.post(first.url, second("nurse1", **wrong))

    assert answer.status_code == 422
    assert 'data-testid="second-problem"' in answer.content.decode()
    assert IdentityCheck.objects.get().outcome == "waiting"


@pytest.mark.parametrize("who", ["cra1", "lab1", "dm1", "mfr1", "crc3"])
def test_who_has_not_the_task_is_no_second_person(study, subject, who):
    check = read(study, subject)

    with pytest.raises(NotAllowed):
        confirm_identity(by=study[who], check=check, credentials_confirmed=True)
    check.refresh_from_db()
    assert check.outcome == "waiting"


def test_a_coordinator_without_the_task_checks_nothing(study, subject):
    task = study["crc1"].delegations.get(task="verify_product")
    end_delegation(by=study["pi1"], delegation=task, reason="left the ward")
    crc = type(study["crc1"]).objects.get(pk=study["crc1"].pk)

    with pytest.raises(NotAllowed, match="Verify the product at the bedside"):
        read_labels(by=crc, subject=subject, **labels(subject))


def test_labels_read_long_ago_are_read_again(study, subject):
    check = read(study, subject)
    old = IdentityCheck.objects.get(pk=check.pk)
    old.first_at = old.first_at.replace(year=old.first_at.year - 1)
    with audited(by=study["crc1"], reason="test"):
        old.save(update_fields=["first_at"])

    with pytest.raises(Refused, match="Read them again"):
        confirm_identity(by=study["nurse1"], check=check, credentials_confirmed=True)


def test_a_scanner_sends_one_box_at_a_time(client, study, subject):
    signed_in(client, study, "nurse1")
    address = f"/subjects/{subject.code}/product/check/"

    after_first = client.post(address, {"step": "INFUSION", "subject_read": f"{subject.code}\r\n"})
    after_all = client.post(address, labels(subject, lot_read=f" {LOT}\n"))

    assert after_first.status_code == 200
    assert re.search(r'name="lot_read"[^>]*autofocus', after_first.content.decode())
    assert not re.search(r'name="subject_read"[^>]*autofocus', after_first.content.decode())
    assert after_all.status_code == 302
    assert IdentityCheck.objects.get().lot_read == LOT


# Mismatch


@pytest.mark.requirement("DATA-08")
def test_a_mismatch_stops_is_recorded_and_holds_the_product(client, study, subject):
    signed_in(client, study, "crc1")
    read_wrong = labels(subject, lot_read="CT-010007")

    answer = client.post(f"/subjects/{subject.code}/product/check/", read_wrong, follow=True)

    page = answer.content.decode()
    assert "Character 9 is 7 instead of 1." in page
    assert 'data-testid="mismatch"' in page
    assert "confirm-identity" not in page
    check, hold = IdentityCheck.objects.get(), Hold.objects.get()
    assert (check.outcome, check.lot_expected, check.lot_read) == ("mismatch", LOT, "CT-010007")
    assert (hold.cause, hold.lot, hold.opened_by) == ("IDENTITY", LOT, study["crc1"])
    told = set(Notice.objects.filter(code="product-hold").values_list("person__email", flat=True))
    assert {"pi1@demo.example", "mm1@demo.example", "mfr1@demo.example"} <= told
    assert "nurse1@demo.example" not in told
    event = AuditEvent.objects.get(table_name="subjects_identitycheck")
    assert (event.subject_id, event.changes["lot_read"][1]) == (subject.pk, "CT-010007")
    with pytest.raises(Refused, match="on hold"):
        read(study, subject)


def test_a_mismatch_closes_the_checklist(client, study, subject):
    read(study, subject, lot_read="CT-010007")
    signed_in(client, study, "crc1")
    address = f"/subjects/{subject.code}/product/infusion/"

    shown = client.get(address).content.decode()
    posted = client.post(address, {"infthdtc": "t 10:00"})

    assert 'data-testid="closed"' in shown
    assert "box-infthdtc" not in shown
    assert posted.status_code == 422
    assert not FormInstance.objects.filter(subject=subject, form_code="inf").exists()


def test_closed_gates_keep_the_checklist_closed_and_the_form_open(client, study, subject):
    world.checked(study, subject, "INFUSION")
    signed_in(client, study, "crc1")
    address = f"/subjects/{subject.code}/product/infusion/"

    shown = client.get(address).content.decode()
    posted = client.post(address, {"infthdtc": "t 10:00"})

    closed = shown.split('data-testid="closed"')[1].split("</section>")[0]
    assert re.findall("<li>(.*?)</li>", closed) == [
        "No consent to the long-term follow-up stands.",
        "Eligibility is not confirmed at Infusion.",
    ]
    assert "Check identity" not in closed
    assert posted.status_code == 422
    assert not FormInstance.objects.filter(subject=subject, form_code="inf").exists()
    scenarios.save(study, subject, "d0/inf", {"inf.infdtc": f"{world.day(subject, 0)} 00:01", "inf.infbatch": LOT})
    assert 'data-testid="closed"' not in client.get(address).content.decode()


def test_open_gates_open_the_checklist(client, study, subject):
    world.checked(study, subject, "INFUSION")
    world.cleared(study, subject)

    shown = signed_in(client, study, "crc1").get(f"/subjects/{subject.code}/product/infusion/").content.decode()

    assert 'data-testid="closed"' not in shown
    assert 'data-testid="box-infthdtc"' in shown


def test_a_warm_product_is_entered_and_held(study, subject):
    check = read(study, subject, step="THAW", is_cold="N")

    confirm_identity(by=study["nurse1"], check=check, credentials_confirmed=True)

    assert product_now(subject).steps[-1].coitemp == "N"
    hold = Hold.objects.get()
    assert (hold.cause, hold.text) == ("TEMPERATURE", "Thaw: the temperature log is not acceptable.")
    assert obstacles(product_now(subject), "INFUSION") == [
        f"The product is on hold: {hold.text} Decide on the hold first."
    ]


def test_manufacturing_does_not_wait_for_an_entry_of_the_site(study):
    product = product_now(world.collected(study))

    assert step_for(product, ("MFRECEIPT", "RELEASE", "SHIPMENT")) == "MFRECEIPT"
    assert step_for(product, ("APHERESIS", "THAW")) == "APHERESIS"
    assert step_for(product, ()) == ""


def test_somebody_else_decides_on_a_hold(study, subject):
    read(study, subject, lot_read="CT-010007")
    hold = Hold.objects.get()

    with pytest.raises(NotAllowed):
        decide_hold(by=study["crc1"], hold=hold, decision="GO", text="wrong bag was taken out")
    decided = decide_hold(by=study["pi1"], hold=hold, decision="GO", text="wrong bag was taken out")

    assert (decided.decision, decided.decided_by) == ("GO", study["pi1"])
    assert obstacles(product_now(subject), "INFUSION") == []
    with pytest.raises(NotAllowed, match="decided already"):
        decide_hold(by=study["mfr1"], hold=hold, decision="STOP", text="too late for this")


def test_a_stopped_lot_is_not_used(client, study, subject):
    hold = open_hold(by=study["mfr1"], subject=subject, cause="TEMPERATURE", text="-120 °C for 40 min in transit")
    signed_in(client, study, "mfr2")
    typed = {"decision": "STOP", "text": "out of the stability data"}
    address = f"/subjects/{subject.code}/product/holds/{hold.pk}/"

    unconfirmed = client.post(address, typed)
    done = client.post(address, typed | {"password": DEMO_PASSWORD, "code": fresh_code("mfr2@demo.example")})

    assert (unconfirmed.status_code, done.status_code) == (422, 302)
    assert state_of(product_now(subject)) == ("act", "Not to be used")
    assert obstacles(product_now(subject), "THAW") == [f"Lot {LOT} is not to be used."]


# Release


@pytest.mark.requirement("DATA-07")
def test_without_a_signed_release_nothing_is_prepared(study):
    subject = world.collected(study)
    world.manufactured(study, subject)
    world.released(study, subject, signs=False)

    assert state_of(product_now(subject)) == ("query", "Release not signed")
    with pytest.raises(Refused, match="not signed by manufacturing"):
        read(study, subject)


@pytest.mark.requirement("DATA-07")
def test_out_of_specification_needs_its_approvals(client, study):
    out = {name.removeprefix("rel."): text for name, text in OUT.items()}
    subject = world.ready(study, **out, reloosap="MONITOR,INVESTIGATOR", **{"reloosap.keep": "source"})

    assert state_of(product_now(subject)) == ("act", "Out of specification, approvals open")
    with pytest.raises(Refused, match="lacks approvals: Ethics committee / authority informed, Subject informed"):
        read(study, subject)

    form = FormInstance.objects.get(subject=subject, form_code="rel")
    typed = {"rel.reloosap": APPROVED, "rel.reloosap.reason": "entry_error"}
    scenarios.save(study, subject, "mfg/rel", typed, by="mfr1", revision=form.revision)
    assert obstacles(product_now(subject), "INFUSION") == ["Release COA-7 is not signed by manufacturing."]
    form.refresh_from_db()
    sign_forms(by=study["mfr2"], credentials_confirmed=True, revisions={form.pk: form.revision})
    assert read(study, subject).outcome == "waiting"
    shown = signed_in(client, study, "crc1").get(f"/subjects/{subject.code}/product/").content.decode()
    assert "Released out of specification, approved" in shown
    assert "Subject informed" in shown


def test_growth_after_the_infusion_is_asked_about(study, subject):
    scenarios.save(study, subject, "d0/inf", {"inf.infdtc": f"{world.day(subject, 3)} 10:42", "inf.infbatch": LOT})
    form = FormInstance.objects.get(subject=subject, form_code="rel")

    typed = {"rel.relster": "GROWTH", "rel.relster.reason": "entry_error"}
    saved = scenarios.save(study, subject, "mfg/rel", typed, by="mfr1", revision=form.revision)

    assert [query.item for query in saved.opened if query.item == "relster"] == ["relster"]
    assert "after the infusion" in saved.opened[0].messages.first().text
    told = Notice.objects.filter(code="product-growth")
    assert {"pi1@demo.example", "mm1@demo.example"} <= set(told.values_list("person__email", flat=True))
    assert "after the infusion" in told[0].sentence


# Planned dates


def test_planned_dates_wait_for_signed_eligibility_and_keep_what_was_typed(client, study):
    subject = scenarios.registered_subject(study)
    signed_in(client, study, "crc1")
    address = f"/subjects/{subject.code}/product/dates/"

    early = client.post(address, {"leukapheresis_on": "+7", "infusion_on": "+60"})
    wrong = client.post(address, {"leukapheresis_on": "mar 2026", "infusion_on": "later"})

    assert (early.status_code, wrong.status_code) == (422, 422)
    assert "ligib" in early.content.decode()
    assert 'value="later"' in wrong.content.decode()
    assert Subject.objects.get(pk=subject.pk).planned_infusion_on is None


def test_a_planned_date_is_saved_and_moves_with_a_reason_alone(client, study):
    subject = scenarios.registered_subject(study, days_ago=20)
    scenarios.signed(study, confirm(study, subject), meaning="eligibility")
    signed_in(client, study, "crc1")
    address = f"/subjects/{subject.code}/product/dates/"
    first, moved = (scenarios.today(subject.site) + timedelta(days=days) for days in (7, 9))

    saved = client.post(address, {"leukapheresis_on": first.isoformat()})
    silent = client.post(address, {"leukapheresis_on": moved.isoformat(), "reason": "  "})
    kept = Subject.objects.get(pk=subject.pk).planned_leukapheresis_on
    told = client.post(address, {"leukapheresis_on": moved.isoformat(), "reason": "apheresis unit is closed"})

    assert (saved.status_code, silent.status_code, told.status_code) == (302, 422, 302)
    assert "Say why the planned date changes" in silent.content.decode()
    assert f'value="{moved.isoformat()}"' in silent.content.decode()
    assert (kept, Subject.objects.get(pk=subject.pk).planned_leukapheresis_on) == (first, moved)
    event = AuditEvent.objects.filter(table_name="subjects_subject", subject_id=subject.pk).latest("pk")
    assert event.reason == "apheresis unit is closed"
    assert event.changes["planned_leukapheresis_on"] == [first.isoformat(), moved.isoformat()]
