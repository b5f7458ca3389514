"""SQL statements of each page and save, session and person included: the same with 24 and 2,400 subjects."""

import pytest
from django.db import connection
from django.urls import reverse

from subjects.crfs.inf import Infusion
from subjects.crfs.sv import VisitRecord
from subjects.models import Subject
from tests import scenarios
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.queries import raise_query
from trial_edc.casebook.actions.verify import verify_items
from trial_edc.casebook.models import FormInstance

CEILINGS = {
    "subject": 16,
    "visit": 18,
    "worklist": 12,
    "subjects": 9,
    "queries": 9,
    "sign": 14,
    "log": 14,
    "history": 16,
    "find": 4,
    "product": 14,
    "products": 14,
    "infusion": 14,
    "tumour": 14,
    "labs": 14,
    "kinetics": 14,
}
SAVE, DRAFT = 20, 6

_SUBJECTS = """
INSERT INTO subjects_subject (site_id, code, person, protocol_version, registered_at, cohort)
SELECT %(site)s, %(prefix)s || lpad(n::text, 4, '0'), gen_random_uuid(), '1.0', now(), ''
FROM generate_series(1000, 999 + %(n)s) n RETURNING id
"""
_VISITS = "INSERT INTO subjects_visit (subject_id, code) SELECT unnest(%(subjects)s), 'd0' RETURNING id"
_FORMS = """
INSERT INTO casebook_forminstance (subject_id, visit_id, form_code, seq, protocol_version, status,
status_reason,
    revision, saved_at, saved_by_id)
SELECT v.subject_id, v.id, %(form)s, 1, '1.0', 'complete', '', 1, now(), %(by)s
FROM subjects_visit v WHERE v.subject_id = ANY(%(subjects)s) AND v.code = 'd0' RETURNING id
"""


def crowd(study, n):
    """`n` further infused subjects at site 101, in bulk through the audit triggers like any other write."""
    with audited(by=study["crc1"], source="import", reason="crowd"), connection.cursor() as cursor:
        named = {"site": study.sites["101"].pk, "prefix": "101-", "n": n, "by": study["crc1"].pk}
        cursor.execute(_SUBJECTS, named)
        named["subjects"] = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_VISITS, named)
        for form, table, column in (("inf", Infusion, "infdtc"), ("sv", VisitRecord, "svstdtc")):
            cursor.execute(_FORMS, {**named, "form": form})
            keys = [pk for (pk,) in cursor.fetchall()]
            cursor.execute(
                f'INSERT INTO "{table._meta.db_table}" (instance_id, meta, "{column}") '
                "SELECT k, '{}', (now() - (random() * 80) * interval '1 day') FROM unnest(%s) k",
                [keys],
            )


@pytest.fixture(params=[24, 2_400])
def site(request, fresh_database, client):
    """Site 101 with a full subject and a crowd, somebody signed in."""
    study = scenarios.study()
    subject = scenarios.infused_subject(study)
    vitals = scenarios.day_3(study, subject)
    verify_items(by=study["cra1"], instance=vitals, revision=1, items=["temp", "pulse"])
    raise_query(by=study["cra1"], instance=vitals, item="temp", text="Which is correct?")
    event = scenarios.adverse_event(study, subject)
    scenarios.signed(study, event)
    crowd(study, request.param)
    assert Subject.objects.count() == request.param + 1
    return study, subject


def signed_in(client, study, who):
    client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")
    client.get("/me/")
    return client


def test_pages_stay_under_their_ceilings(site, client):
    study, subject = site
    addresses = {
        "worklist": reverse("worklist"),
        "subjects": reverse("subjects"),
        "subject": reverse("subject", args=[subject.code]),
        "visit": reverse("visit", args=[subject.code, "d3"]),
        "log": reverse("log", args=[subject.code, "ae"]),
        "history": reverse("subject-history", args=[subject.code]),
        "queries": reverse("queries"),
        "sign": reverse("sign"),
        "product": reverse("product", args=[subject.code]),
        "products": reverse("products") + "?show=all",
        "infusion": reverse("product-infusion", args=[subject.code]),
        "find": reverse("find") + "?q=1 d7 vs",
        "tumour": reverse("tumour", args=[subject.code]),
        "labs": reverse("labs", args=[subject.code]),
        "kinetics": reverse("kinetics", args=[subject.code]),
    }
    over = {}
    for who in ("crc1", "pi1", "cra1", "dm1"):
        signed_in(client, study, who)
        for name, address in addresses.items():
            response = client.get(address)
            n = int(response.headers["X-SQL-Count"])
            if n > CEILINGS[name]:
                over[who, name] = n

    assert over == {}


def test_a_save_that_does_everything_at_once_stays_under_its_ceiling(site, client):
    study, subject = site
    signed_in(client, study, "crc1")
    address = reverse("form", args=[subject.code, "d3", "vs"])
    client.post(f"{address}draft/", {"vs.temp": "39.4"})
    instance = FormInstance.objects.get(subject=subject, form_code="vs")
    changed = {"vs.temp": "39.4", "vs.sysbp": "82", "vs.pulse": "170", "vs.resp": "19", "vs.o2sup": "LFNC"}
    reasons = {f"{name}.reason": "entry_error" for name in changed}
    typed = {**changed, **reasons, "vs.o2flow": "2", "vs.spo2": "many", "_revision": instance.revision}

    response = client.post(address, {**typed, "_token": "7d444840-9dc0-11d1-b245-5ffdce74fad2"})

    assert response.status_code == 422
    assert int(response.headers["X-SQL-Count"]) <= SAVE
    instance.refresh_from_db()
    assert instance.revision == 2


def test_a_first_save_and_a_kept_draft_stay_under_their_ceilings(site, client):
    study, subject = site
    signed_in(client, study, "crc1")
    address = reverse("form", args=[subject.code, "d4", "vs"])

    kept = client.post(f"{address}draft/", {"vs.temp": "39.4"}, headers={"Accept": "application/json"})
    saved = client.post(address, {**scenarios.DAY_3_SIGNS, "vs.pulse": "170", "_revision": "0"})

    assert kept.status_code == 200
    assert int(kept.headers["X-SQL-Count"]) <= DRAFT
    assert saved.status_code == 302
    assert int(saved.headers["X-SQL-Count"]) <= SAVE
