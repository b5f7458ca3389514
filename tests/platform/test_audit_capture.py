"""What one write leaves in the trail."""

from decimal import Decimal

import pytest
from django.db import transaction

from subjects.models import Subject
from tests.platform.audit_world import SAMPLE_TABLES, form_instance, person, run, why_refused
from trial_edc.accounts.models import Site, User
from trial_edc.audit.context import ActorConflict, audited
from trial_edc.audit.errors import Refusal
from trial_edc.audit.models import AuditEvent, AuditValue
from trial_edc.audit.selectors import history_of
from trial_edc.audit.system import ensure_system_user


@pytest.fixture
def sample(owner_connection):
    """A form of its own, its instance and the person who enters it."""
    owner_connection.cursor().execute(SAMPLE_TABLES)
    coordinator = person()
    return coordinator, form_instance(coordinator)


def enter(sample, **values):
    coordinator, instance = sample
    columns = {"instance_id": instance.pk, **values}
    with audited(by=coordinator, role="CRC"):
        run(
            f"INSERT INTO sample_form ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
            *columns.values(),
        )
    return instance


def change(sample, assignment, *values, **given):
    coordinator, _instance = sample
    with audited(by=coordinator, role="CRC", **given):
        run(f"UPDATE sample_form SET {assignment}", *values)


def lines(table="sample_form"):
    """(item, old, new) of each line of a table, oldest first."""
    events = AuditValue.objects.filter(table_name=table).order_by("event_id", "item")
    return [(line.item, line.old, line.new) for line in events]


@pytest.mark.requirement("AUD-01")
def test_first_entry_leaves_one_line_per_value(sample):
    instance = enter(sample, temp="38.4", remark="warm")

    assert lines() == [("remark", None, "warm"), ("temp", None, 38.4)]
    event = AuditEvent.objects.get(table_name="sample_form")
    assert (event.action, event.row_pk, event.instance_id) == ("I", str(instance.pk), instance.pk)


@pytest.mark.requirement("AUD-03")
def test_a_change_of_one_value_leaves_one_line(sample):
    enter(sample, temp="38.4", pulse=80, remark="warm")

    change(sample, "temp = 39.4, pulse = 80", reason="Entry error")

    assert lines()[3:] == [("temp", 38.4, 39.4)]


@pytest.mark.requirement("AUD-02")
def test_an_event_says_who_what_when_why_and_from_where(sample):
    coordinator, instance = sample
    enter(sample, temp="38.4")

    change(sample, "temp = 39.4", reason="Entry error", source="import")

    event = AuditEvent.objects.latest("id")
    assert (event.actor_id, event.actor_name, event.role) == (coordinator.pk, "Mei Lin", "CRC")
    assert (event.organisation, event.reason, event.source) == ("Site 101", "Entry error", "import")
    assert (event.subject_id, event.instance_id, event.form_code) == (instance.subject_id, instance.pk, "vs")
    assert event.app_version
    assert abs((event.recorded_at - event.at).total_seconds()) < 10


@pytest.mark.requirement("AUD-02")
def test_the_role_held_then_stays_in_the_trail(sample):
    enter(sample, temp="38.4")

    with audited(by=ensure_system_user(), role="SYS"):
        User.objects.filter(pk=sample[0].pk).update(full_name="Mei Li", organisation="Site 102")

    event = AuditEvent.objects.get(table_name="sample_form")
    assert (event.actor_name, event.organisation) == ("Mei Lin", "Site 101")


def test_a_write_that_changes_nothing_leaves_nothing(sample):
    enter(sample, temp="38.4")

    run("UPDATE sample_form SET temp = 38.4, search = 'computed'")

    assert len(lines()) == 1


def test_left_out_columns_leave_no_line(sample):
    enter(sample, temp="38.4", search="abc")

    change(sample, "search = 'xyz', pulse = 70")

    assert lines() == [("temp", None, 38.4), ("pulse", None, 70)]


def test_a_missing_reason_is_the_side_of_an_empty_value(sample):
    enter(sample, temp=None, meta='{"temp": {"missing": "ND", "note": "refused"}}')

    change(sample, "temp = 38.4, meta = '{}'", reason="Found")

    missing = {"missing": "ND", "note": "refused"}
    assert lines() == [("temp", None, missing), ("temp", missing, 38.4)]


def test_side_information_that_comes_with_a_value_is_kept_beside_the_line(sample):
    instance = enter(sample, temp="7.0", meta='{"temp": {"typed": "7.0", "kept": {"why": "source"}}}')

    change(sample, """temp = 38.4, meta = '{"temp": {"typed": "38.4"}}'""", reason="Entry error")

    first, second = history_of(instance.pk, "temp")
    assert (first.old, first.new, first.new_detail) == (
        None,
        Decimal("7.0"),
        {"typed": "7.0", "kept": {"why": "source"}},
    )
    assert (second.old, second.new) == (Decimal("7.0"), Decimal("38.4"))
    assert (second.old_detail["kept"], second.new_detail) == ({"why": "source"}, {"typed": "38.4"})


def test_a_change_of_side_information_alone_is_one_line(sample):
    enter(sample, temp="39.4", meta='{"temp": {"typed": "39.4"}}')

    change(sample, """meta = '{"temp": {"typed": "39.4", "kept": {"why": "source"}}}'""", reason="Checked")

    assert lines()[1:] == [("temp", {"typed": "39.4"}, {"typed": "39.4", "kept": {"why": "source"}})]


def test_a_reason_of_its_own_goes_to_its_item_alone(sample):
    coordinator, _instance = sample
    enter(sample, temp="38.4", pulse=80)

    with audited(by=coordinator, role="CRC", reason="Entry error") as write:
        write.reasons_for({"pulse": "Source corrected", "weight": "not in this form"})
        run("UPDATE sample_form SET temp = 39.4, pulse = 81")

    found = dict(AuditValue.objects.filter(action="U").values_list("item", "reason"))
    assert found == {"pulse": "Source corrected", "temp": "Entry error"}
    assert AuditEvent.objects.latest("id").reasons == {"pulse": "Source corrected"}


def test_a_row_that_hangs_on_a_query_knows_its_form_and_subject(sample):
    coordinator, instance = sample
    with audited(by=coordinator, role="CRC"):
        run(
            "INSERT INTO casebook_query (instance_id, item, rule, state, opened_at, opened_by_id) "
            "VALUES (%s, 'temp', '', 'open', now(), %s)",
            instance.pk,
            coordinator.pk,
        )
        run("INSERT INTO sample_turn (query_id, number, words) SELECT id, 1, 'Sure?' FROM casebook_query")

    event = AuditEvent.objects.latest("id")
    assert (event.table_name, event.instance_id, event.subject_id) == (
        "sample_turn",
        instance.pk,
        instance.subject_id,
    )
    assert [item for item, *_ in lines("sample_turn")] == ["query_id", "words"]


def test_a_moved_row_is_recorded_under_its_new_form(sample):
    instance = enter(sample, temp="38.4")
    other = form_instance(sample[0])

    change(sample, "instance_id = %s", other.pk, reason="Wrong form")

    assert lines()[1:] == [("instance_id", instance.pk, other.pk)]
    assert AuditEvent.objects.latest("id").instance_id == other.pk


@pytest.mark.requirement("AUD-06")
def test_bulk_writes_leave_a_line_for_each_row(database):
    coordinator = person()
    with audited(by=coordinator, role="ADM"):
        Site.objects.bulk_create([Site(code=f"20{n}", name=f"Hospital {n}") for n in range(5)])
        Site.objects.filter(code__startswith="20").update(country="DE")

    assert AuditEvent.objects.filter(table_name="accounts_site", action="I").count() == 5
    changes = AuditEvent.objects.filter(table_name="accounts_site", action="U").values_list("changes", flat=True)
    assert list(changes) == [{"country": ["", "DE"]}] * 5


@pytest.mark.requirement("AUD-02")
@pytest.mark.parametrize(
    ("actor", "refused"),
    [("", Refusal.NO_ACTOR), ("999999", Refusal.UNKNOWN_ACTOR), ("1 OR 1=1", Refusal.UNKNOWN_ACTOR)],
)
def test_no_actor_no_write(database, actor, refused):
    def write():
        with transaction.atomic():
            run("SELECT set_config('edc.actor_id', %s, true)", actor)
            Site.objects.create(code="301", name="Hospital")

    assert why_refused(write) == refused
    assert not Site.objects.filter(code="301").exists()


@pytest.mark.requirement("AUD-02")
def test_an_inactive_person_writes_nothing(database):
    leaver = person(name="Old Hand", is_active=False)

    def write():
        with audited(by=leaver, role="CRC"):
            Site.objects.create(code="301", name="Hospital")

    assert why_refused(write) == Refusal.INACTIVE_ACTOR


def test_nobody_enters_himself(database):
    def write():
        himself = User(pk=777_777, email="own@example.org", full_name="Own", organisation="Nowhere")
        with audited(by=himself, role="ADM"):
            himself.save(force_insert=True)

    assert why_refused(write) == Refusal.UNKNOWN_ACTOR


def test_the_system_user_is_made_once_and_has_no_credential(database):
    first, second = ensure_system_user(), ensure_system_user()

    assert first == second
    assert (first.full_name, first.is_service, first.password) == ("System", True, "")


def test_the_actor_ends_with_the_audited_part(database):
    coordinator = person()

    def write():
        with transaction.atomic():
            with audited(by=coordinator, role="ADM"):
                Site.objects.create(code="301", name="Hospital")
            Site.objects.create(code="302", name="Hospital")

    assert why_refused(write) == Refusal.NO_ACTOR


def test_an_inner_part_refines_the_reason_and_the_outer_one_stands_again(database):
    coordinator = person()
    with audited(by=coordinator, role="ADM", reason="outer", source="import"):
        site = Site.objects.create(code="301", name="Hospital")
        with audited(by=coordinator, reason="inner"):
            Site.objects.filter(pk=site.pk).update(country="DE")
        Site.objects.filter(pk=site.pk).update(country="FR")

    events = AuditEvent.objects.filter(table_name="accounts_site").order_by("id")
    assert [(e.reason, e.role, e.source) for e in events] == [
        ("outer", "ADM", "import"),
        ("inner", "ADM", "import"),
        ("outer", "ADM", "import"),
    ]


def test_a_failed_inner_part_undoes_itself_alone(database):
    coordinator = person()

    def fail_inside():
        with audited(by=coordinator, reason="inner"):
            Site.objects.create(code="302", name="Hospital")
            raise LookupError

    with audited(by=coordinator, role="ADM", reason="outer"):
        Site.objects.create(code="301", name="Hospital")
        with pytest.raises(LookupError):
            fail_inside()
        Site.objects.create(code="303", name="Hospital")

    assert list(Site.objects.values_list("code", flat=True)) == ["301", "303"]
    assert set(AuditEvent.objects.filter(table_name="accounts_site").values_list("reason", flat=True)) == {"outer"}


def test_another_person_inside_is_refused(database):
    coordinator, other = person(), person(name="Jan Smit")

    with audited(by=coordinator), pytest.raises(ActorConflict), audited(by=other):
        pass


@pytest.mark.requirement("AUD-02")
def test_the_role_is_the_one_held_at_the_site_when_none_is_given(people, sites):
    with audited(by=people["crc1"], site=sites["101"]):
        Site.objects.filter(pk=sites["101"].pk).update(country="XX")
    with audited(by=ensure_system_user()):
        Site.objects.filter(pk=sites["101"].pk).update(country="CN")

    assert list(AuditEvent.objects.order_by("-id").values_list("role", flat=True)[:2]) == ["SYS", "CRC"]


def test_naming_the_actor_costs_one_statement(database, django_assert_num_queries):
    coordinator = person()

    with (
        django_assert_num_queries(4),
        audited(by=coordinator, role="ADM"),
    ):  # SAVEPOINT, actor, RELEASE, forget
        pass


def test_a_subject_is_its_own_subject(database):
    instance = form_instance(person())

    subject = Subject.objects.get(pk=instance.subject_id)
    event = AuditEvent.objects.get(table_name="subjects_subject")
    assert (event.subject_id, event.row_pk) == (subject.pk, str(subject.pk))
    own = AuditEvent.objects.get(table_name="casebook_forminstance")
    assert (own.instance_id, own.subject_id, own.form_code) == (instance.pk, subject.pk, "vs")
