"""Every role on every casebook address of its own and of another site; and what bad input gets."""

import pytest
from django.urls import get_resolver

from assessments.laboratory_defaults import write_defaults
from subjects.models import Hold
from subjects.product.actions import read_labels
from tests import scenarios
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent
from trial_edc.casebook.actions.queries import raise_query

READERS = {"crc1", "pi1", "si1", "cra1", "dm1", "mm1", "aud1"}
SIGNERS = {"pi1", "si1"}
ENTERERS = {"crc1", "pi1", "si1"}
CHECKERS = {"crc1", "pi1", "si1", "nurse1"}
# Forms manufacturing writes, and who of the site writes them too.
MADE = ("visits/mfg/mfg/", "visits/mfg/rel/", "coi/1/")
ENTERERS_OF = {"visits/mfg/mfg/": set(), "visits/mfg/rel/": set(), "coi/1/": ENTERERS}
REVIEWERS = {"cra1", "dm1", "mm1"}
STUDY_READERS = {"dm1", "mm1", "stat1", "aud1"}
EVERYONE = (*sorted(READERS), "stat1", "lab1", "mfr1", "nurse1", "admin1", "crc3")
FORM = "subjects/{subject}/visits/d3/vs/"
ENTRY = "subjects/{subject}/ae/1/"
# Address, method, who may; the others get 403, and people of another site 404 where a subject is named.
PAGES = [
    ("", "get", set(EVERYONE)),
    ("find/?q=1", "get", set(EVERYONE)),
    ("subjects/", "get", READERS | {"crc3"}),
    ("queries/", "get", READERS | {"stat1", "crc3"}),
    ("sign/", "get", SIGNERS | {"mfr1"}),
    ("sign/confirm/", "get", SIGNERS | {"mfr1"}),
    ("sign/confirm/", "post", SIGNERS | {"mfr1"}),
    ("subjects/register/", "get", ENTERERS | {"crc3"}),
    ("subjects/register/", "post", ENTERERS | {"crc3"}),
    ("subjects/{subject}/", "get", READERS),
    ("subjects/{subject}/eligibility/", "get", READERS),
    ("subjects/{subject}/participation/", "get", READERS),
    ("subjects/{subject}/participation/take-up/", "post", ENTERERS),
    ("subjects/{subject}/participation/transfer/", "post", {"dm1"}),
    ("consents/", "get", READERS | {"crc3"}),
    ("consents/", "post", {"dm1"}),
    ("subjects/{subject}/unscheduled/", "post", ENTERERS),
    ("subjects/{subject}/visits/d3/", "get", READERS),
    ("subjects/{subject}/ae/", "get", READERS),
    ("subjects/{subject}/history/", "get", READERS),
    *((f"{at}{rest}", "get", READERS) for at in (FORM, ENTRY) for rest in ("", "history/?item={item}")),
    *((f"{at}{rest}", "post", ENTERERS) for at in (FORM, ENTRY) for rest in ("", "draft/", "draft/discard/")),
    *((f"{at}queries/?item={{item}}", "post", REVIEWERS) for at in (FORM, ENTRY)),
    (f"{FORM}not-done/", "get", ENTERERS),
    (f"{FORM}not-done/", "post", ENTERERS),
    (f"{ENTRY}withdraw/", "get", ENTERERS),
    (f"{ENTRY}withdraw/", "post", ENTERERS),
    ("queries/{query}/", "post", ENTERERS),
    ("product/", "get", READERS | {"mfr1", "crc3"}),
    ("bedside/", "get", CHECKERS | {"crc3"}),
    ("subjects/{subject}/product/", "get", READERS | {"mfr1"}),
    ("subjects/{subject}/product/dates/", "post", ENTERERS),
    ("subjects/{subject}/product/holds/", "post", ENTERERS | {"mfr1", "mm1"}),
    ("subjects/{subject}/product/holds/{hold}/", "post", SIGNERS | {"mfr1", "mm1"}),
    ("subjects/{subject}/product/check/?step=THAW", "get", CHECKERS),
    ("subjects/{subject}/product/check/?step=THAW", "post", CHECKERS),
    ("subjects/{subject}/product/check/?step=SHIPMENT", "post", {"mfr1"}),
    ("subjects/{subject}/product/check/{check}/", "get", CHECKERS | {"mfr1"}),
    ("subjects/{subject}/product/check/{check}/", "post", CHECKERS | {"mfr1"}),
    ("subjects/{subject}/product/infusion/", "get", READERS),
    ("subjects/{subject}/product/infusion/", "post", ENTERERS),
    *((f"subjects/{{subject}}/{form}", "get", READERS | {"mfr1"}) for form in MADE),
    *((f"subjects/{{subject}}/{form}draft/", "post", ENTERERS_OF[form] | {"mfr1"}) for form in MADE),
    ("subjects/{subject}/tumour/?visit=d28", "get", READERS),
    *((f"subjects/{{subject}}/tumour/{rest}?visit=d28", "post", ENTERERS) for rest in ("", "draft/", "discard/")),
    ("subjects/{subject}/labs/?visit=d3", "get", READERS),
    ("subjects/{subject}/labs/?visit=d3", "post", ENTERERS),
    ("subjects/{subject}/kinetics/", "get", READERS),
    ("laboratories/", "get", STUDY_READERS),
    ("laboratories/L101/", "get", STUDY_READERS),
    ("laboratories/L101/", "post", {"dm1"}),
    ("laboratories/L101/ranges/{range}/", "get", STUDY_READERS),
    ("laboratories/L101/ranges/{range}/", "post", {"dm1"}),
]
NAMES_A_RECORD = ("{subject}", "{query}")
OPEN_TO_SEEING = {"stat1", "lab1", "mfr1", "nurse1"}


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def named(study):
    subject = scenarios.infused_subject(study)
    vitals = scenarios.day_3(study, subject)
    scenarios.adverse_event(study, subject)
    query = raise_query(by=study["cra1"], instance=vitals, item="temp", text="Which is correct?")
    read = {"subject_read": "101-9999", "lot_read": "CT-1", "coi_read": "COI-1", "is_cold": "Y"}
    check = read_labels(by=study["crc1"], subject=subject, step="APHERESIS", **read)
    hold = Hold.objects.get(subject=subject)
    with audited(by=study["dm1"], reason="Ranges of the laboratories"):
        laboratories = write_defaults(study.sites)
    own = next(one for one in laboratories if one.code == "L101")
    return {
        "subject": subject.code,
        "query": query.pk,
        "check": check.pk,
        "hold": hold.pk,
        "range": own.ranges.first().pk,
    }


def signed_in(client, study, who):
    client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")
    return client


def fill(address, named):
    item = "aeterm" if "/ae/" in address else "temp"
    return "/" + address.format(**named, item=item)


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize("who", EVERYONE)
def test_each_role_on_each_address(study, named, client, who):
    signed_in(client, study, who)
    wrong = {}
    for address, method, may in PAGES:
        status = getattr(client, method)(fill(address, named)).status_code
        if who in may:
            is_right = status in (200, 302, 409, 422)
        elif who == "crc3" and any(name in address for name in NAMES_A_RECORD):
            is_right = status == 404
        else:
            is_right = status == 403
        if not is_right:
            wrong[address, method] = status

    assert wrong == {}


@pytest.mark.requirement("ACC-02")
@pytest.mark.parametrize("who", ["cra1", "dm1", "mm1", "stat1", "aud1", "admin1", "lab1", "mfr1", "nurse1", "crc3"])
def test_a_refused_post_writes_nothing(study, named, client, who):
    signed_in(client, study, who)
    before = AuditEvent.objects.count()

    for address, method, may in PAGES:
        if method == "post" and who not in may:
            client.post(
                fill(address, named),
                {"vs.temp": "39", "text": "hello", "reason": "because", "_revision": "1"},
            )

    assert AuditEvent.objects.count() == before


def test_every_casebook_address_is_in_the_table():
    keys = {"subject": "S", "query": 1, "check": 1, "hold": 1, "range": 1}
    tested = {address.partition("?")[0].format(**keys) for address, _method, _may in PAGES}
    found = set()
    for pattern in walk(get_resolver().url_patterns):
        view = getattr(pattern, "callback", None)
        if (
            view
            and view.__module__.startswith(("trial_edc.casebook", "subjects", "assessments.worksheets"))
            and "<number:seq>" not in str(pattern.pattern).replace("<str:log>/<number:seq>", "")
        ):
            found.add(filled(str(pattern.pattern)))

    assert found - tested == set()


def walk(patterns):
    for pattern in patterns:
        yield from walk(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def filled(pattern):
    filled_in = pattern.replace("<str:log>/<number:seq>", "ae/1").replace("<str:log>", "ae")
    for name, value in (("str:subject", "S"), ("str:visit", "d3"), ("str:form", "vs"), ("str:code", "L101")):
        filled_in = filled_in.replace(f"<{name}>", value)
    for name in ("query", "check", "hold", "key"):
        filled_in = filled_in.replace(f"<int:{name}>", "1")
    return filled_in


BAD_ADDRESSES = [
    "/subjects/%00/",
    "/subjects/999-9999/",
    "/subjects/1%27or%271/",
    "/subjects/{subject}/visits/d99/",
    "/subjects/{subject}/visits/%00/",
    "/subjects/{subject}/visits/uns7/",
    "/subjects/{subject}/visits/d3/zzz/",
    "/subjects/{subject}/visits/d3/ae/",
    "/subjects/{subject}/vs/",
    "/subjects/{subject}/visits/d3/vs/history/?item=nothing",
    "/subjects/{subject}/visits/d3/vs/history/?item=%00",
    "/queries/999999999999999999999/",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_unknown_address_is_404(study, named, client, address):
    response = signed_in(client, study, "crc1").get(address.format(**named))

    assert response.status_code in (404, 405)


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1",
        "?page=9e9",
        "?page=%00",
        "?q=%00",
        "?site=%FF",
        "?phase=%00&flag=%00",
        "?lens=%00",
        "?state=%00",
    ],
)
def test_a_strange_filter_is_no_error(study, named, client, query):
    signed_in(client, study, "crc1")

    for address in ("/", "/subjects/", "/queries/", f"/subjects/{named['subject']}/", "/find/"):
        assert client.get(address + query).status_code == 200


BAD_BODIES = [
    {"vs.temp": "\x00"},
    {"vs.temp": "38\x00.5"},
    {"vs.temp": "x" * 100_000},
    {"vs.temp": "３８．５", "_revision": "abc"},
    {"vs.temp": "39", "_revision": "-1"},
    {"vs.temp": "39", "_revision": "99999999999999999999"},
    {"vs.temp": "39", "_token": "not a token"},
    {"vs.vsdtc": "31-Feb-2026 99:99"},
    {"vs.temp.unit": "\x00", "vs.temp": "1"},
    {"vs.pulse": "1e400", "vs.resp": "NaN", "vs.spo2": "-Infinity"},
    {"vs.weight": "9" * 500},
    {"vs..": "1", "vs.temp.": "2", ".": "3", "vs": "4"},
    {"vs.zzz": "1", "vs.temp.zzz.1": "1"},
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_strange_form_gets_a_sentence_and_is_kept(study, named, client, body):
    signed_in(client, study, "crc1")
    address = f"/subjects/{named['subject']}/visits/d4/vs/"

    statuses = [client.post(f"{address}draft/", body).status_code, client.post(address, body).status_code]

    assert set(statuses) <= {200, 302, 409, 422}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"vs.temp=%FF%FE", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00", "application/json"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"vs.temp=" + b"1" * 10_000_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_broken_or_huge_body_is_no_error_of_the_program(study, named, client, body, kind):
    signed_in(client, study, "crc1")

    response = client.post(f"/subjects/{named['subject']}/visits/d4/vs/", body, content_type=kind)

    assert response.status_code in (302, 400, 413, 415, 422)
