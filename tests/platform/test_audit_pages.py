"""The audit page: who sees which lines, the filters, the file."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.platform.audit_world import form_instance
from trial_edc.accounts.models import AccessEvent, Site
from trial_edc.audit import selectors
from trial_edc.audit.context import audited
from trial_edc.audit.labels import item_label, local_time, record_label, value_label
from trial_edc.audit.models import AuditValue
from trial_edc.audit.selectors import TrailFilter
from trial_edc.casebook.models import FormInstance

ALL = TrailFilter(site_ids=None, with_study_records=True)


@pytest.fixture
def forms(people, sites):
    """A form at Shanghai by Mei Lin, corrected by Li Wei, and one at Berlin by Lena Koch."""
    shanghai = form_instance(people["crc1"], code="101-0007")
    berlin = form_instance(people["crc4"], code="103-0001", form_code="lbh")
    with audited(by=people["crc2"], role="CRC", reason="Source was 50% lower"):
        FormInstance.objects.filter(pk=shanghai.pk).update(status_reason='=HYPERLINK("http://x")', revision=2)
    return shanghai, berlin


def rows(answer):
    return answer.content.decode().count('data-testid="audit-row"')


def exported(client, query=""):
    answer = client.get(f"/audit/export.csv{query}")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.requirement("AUD-11")
@pytest.mark.parametrize("name", ["crc1", "pi1", "cra1", "dm1", "mm1", "stat1", "aud1"])
def test_every_role_of_the_matrix_reads_the_trail(forms, sign_in, client, name):
    sign_in(name)

    answer = client.get("/audit/?subject=101-0007")

    assert answer.status_code == 200
    assert rows(answer) > 5
    assert "initial entry" in answer.content.decode()


@pytest.mark.parametrize("name", ["admin1", "lab1", "mfr1", "nurse1"])
def test_other_roles_are_refused(forms, sign_in, client, name):
    sign_in(name)

    assert client.get("/audit/").status_code == 403
    assert client.get("/audit/export.csv").status_code == 403


def test_nobody_reads_it_without_signing_in(forms, client):
    assert client.get("/audit/").status_code == 302


@pytest.mark.requirement("AUD-11")
def test_site_staff_see_their_own_site_alone(forms, sign_in, client):
    sign_in("crc1")

    assert {line["subject"] for line in exported(client)} == {"101-0007"}
    assert rows(client.get("/audit/?subject=103-0001")) == 0
    assert "103-0001" not in client.get("/audit/").content.decode()


def test_lines_about_people_and_sites_need_the_right_to_the_access_log(forms, sign_in, client):
    sign_in("cra1")
    assert all(line["subject"] for line in exported(client))

    sign_in("aud1")
    assert any(line["record"] == "Site" for line in exported(client))


@pytest.mark.requirement("AUD-12")
def test_the_file_holds_every_line_of_the_database(forms, sign_in, client):
    sign_in("aud1")

    assert len(exported(client)) == AuditValue.objects.count()


@pytest.mark.requirement("XFER-06")
def test_formulas_are_inert_in_the_file_and_plain_on_the_page(forms, sign_in, client):
    sign_in("crc1")

    (line,) = exported(client, "?item=status_reason&reason=lower")

    assert line["new"] == '\'=HYPERLINK("http://x")'
    assert "=HYPERLINK(&quot;http://x&quot;)" in client.get("/audit/?item=status_reason").content.decode()


@pytest.mark.requirement("AUD-02")
def test_a_line_of_the_file_says_everything(forms, sign_in, client):
    sign_in("aud1")

    (line,) = exported(client, "?item=status_reason&reason=lower")

    assert (line["subject"], line["form"], line["label"]) == ("101-0007", "vs", "Status reason")
    assert (line["old"], line["new"], line["action"]) == ("", '\'=HYPERLINK("http://x")', "changed")
    assert (line["person"], line["role"]) == ("Li Wei", "CRC")
    assert line["organisation"] == "University Hospital, Shanghai"
    assert line["at_utc"].endswith("Z")
    assert line["at_site"].endswith("UTC+08:00")


@pytest.mark.requirement("AUD-12")
@pytest.mark.parametrize(
    ("wanted", "persons"),
    [
        ({"subject": "103"}, {"Lena Koch"}),
        ({"person": "mei"}, {"Mei Lin"}),
        ({"form": "LBH"}, {"Lena Koch"}),
        ({"item": "status_reason", "reason": "50%"}, {"Li Wei"}),
        ({"reason": "50_"}, set()),
        ({"subject": "101", "until": datetime(2020, 1, 1, tzinfo=UTC)}, set()),
        ({"subject": "103", "since": datetime(2020, 1, 1, tzinfo=UTC)}, {"Lena Koch"}),
    ],
)
def test_each_filter_narrows_the_trail(forms, wanted, persons):
    found = selectors.search(TrailFilter(site_ids=None, **wanted))

    assert {line.who for line in found} == persons


def test_the_days_of_the_filter_are_whole_and_both_count(forms, sign_in, client):
    sign_in("aud1")
    today = timezone.now().astimezone(UTC).date()

    assert rows(client.get(f"/audit/?since={today}&until={today}&subject=101")) > 5
    assert rows(client.get(f"/audit/?until={today - timedelta(days=1)}")) == 0


@pytest.mark.parametrize(
    "query",
    ["since=nonsense", "since=2026-03-05&until=2026-03-04", "subject=%00", "reason=" + "x" * 200, "order=up"],
)
def test_a_filter_that_cannot_be_read_is_answered_with_a_sentence(forms, sign_in, client, query):
    sign_in("aud1")

    answer = client.get(f"/audit/?{query}")

    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert client.get(f"/audit/export.csv?{query}").status_code == 422


@pytest.mark.parametrize("number", ["0", "-1", "x", "٣", "99999999999"])
def test_an_odd_page_number_is_the_first_page(forms, sign_in, client, number):
    sign_in("aud1")

    assert client.get("/audit/", {"page": number}).status_code == 200


def test_a_page_has_a_hundred_lines_and_the_pages_hold_them_all(people, sites, sign_in, client):
    with audited(by=people["dm1"], role="DM"):
        Site.objects.bulk_create([Site(code=str(500 + n), name=f"Hospital {n}") for n in range(30)])
    sign_in("aud1")

    shown, query = 0, "/audit/?reason="
    while query:
        answer = client.get(query)
        assert rows(answer) <= 100
        shown += rows(answer)
        query = answer.context["next_url"] and "/audit/" + answer.context["next_url"]

    assert shown == AuditValue.objects.count() > 100


@pytest.mark.requirement("AUD-12")
def test_the_order_can_be_turned(forms):
    newest, oldest = (selectors.search(ALL, limit=5_000, newest_first=n) for n in (True, False))

    assert [line.event_id for line in newest] == [line.event_id for line in reversed(oldest)]


@pytest.mark.requirement("PRIV-07")
def test_looking_and_exporting_are_logged(forms, sign_in, client):
    sign_in("aud1")

    client.get("/audit/?subject=101-0007")
    exported(client)

    viewed = AccessEvent.objects.get(kind=AccessEvent.Kind.TRAIL_VIEWED)
    assert (viewed.user.full_name, viewed.detail) == ("Ruth Adler", {"page": 1, "subject": "101-0007"})
    assert AccessEvent.objects.filter(kind=AccessEvent.Kind.TRAIL_EXPORTED).count() == 1


def test_each_question_is_one_statement(forms, django_assert_num_queries):
    shanghai, _berlin = forms
    with django_assert_num_queries(1):
        assert [line.new for line in selectors.history_of(shanghai.pk, "status")] == ["partial"]
    with django_assert_num_queries(1):
        assert selectors.record_history(shanghai.pk)[-1].reason == "Source was 50% lower"
    with django_assert_num_queries(1):
        assert len(selectors.recent_activity(shanghai.subject_id, 3)) == 3
    with django_assert_num_queries(1):
        assert selectors.search(ALL)


def test_the_page_costs_nine_statements_at_most(forms, sign_in, client):
    sign_in("aud1")

    answer = client.get("/audit/")

    assert int(answer["X-SQL-Count"]) <= 9


@pytest.mark.requirement("AUD-11")
def test_labels_stand_for_codes():
    assert record_label("accounts_site") == "Site"
    assert item_label("accounts_site", "time_zone") == "Time zone"
    assert value_label("casebook_forminstance", "status", "not_done") == "Not done"
    assert value_label("casebook_forminstance", "x", {"missing": "ND", "note": "refused"}) == "ND (refused)"
    assert value_label("casebook_forminstance", "x", {"kept": "source"}) == "kept: source"
    assert value_label("accounts_site", "is_active", True) == "Yes"
    assert value_label("unknown_table", "x", None) == ""


@pytest.mark.requirement("TIME-04")
def test_times_carry_the_offset_of_the_site():
    at = datetime(2026, 5, 4, 7, 42, 10, tzinfo=UTC)

    assert local_time(at, "Asia/Shanghai") == "04-May-2026 15:42:10 UTC+08:00"
    assert local_time(at, "America/New_York") == "04-May-2026 03:42:10 UTC-04:00"
    assert local_time(at.replace(month=1), "Europe/Berlin") == "04-Jan-2026 08:42:10 UTC+01:00"
