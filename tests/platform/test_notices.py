"""Notices: one for each person of an event, mailed once through every outage, read on a page of one's own."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from aiosmtpd.controller import Controller
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from tests import scenarios
from tests.settings import BROKER_DATABASE
from trial_edc.accounts import actions as accounts
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent
from trial_edc.embedded_backend.base import private_servers
from trial_edc.notices import actions, mailer
from trial_edc.notices.actions import notify
from trial_edc.notices.models import Notice
from trial_edc.notices.tasks import mail_notices


class Postbox:
    """A mail server's behaviour: takes mail, refuses it, or hangs up in the middle of one."""

    def __init__(self):
        self.taken, self.mood = [], "takes"

    async def handle_DATA(self, server, session, envelope):
        if self.mood == "hangs up":
            server.transport.abort()
            return "421 gone"
        if self.mood == "refuses":
            return "451 try again later"
        self.taken.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 taken"

    @property
    def readers(self):
        return sorted(address.partition("@")[0] for address, _text in self.taken)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def postbox(settings):
    """A real mail server on this machine; Django mails through it."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    yield box
    controller.stop()


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study)


def tell(study, subject, *, key="event:1", by="crc1", roles=("SI", "MM"), people=()):
    with audited(by=study[by], site=subject.site):
        return notify(
            code="sae-saved",
            key=key,
            subject=subject,
            sentence="Serious adverse event AE-001: hypoxia.",
            path=f"/subjects/{subject.code}/ae/1/",
            to_roles=roles,
            to_people=[study[name] for name in people],
        )


def told():
    return sorted(Notice.objects.values_list("person__email", flat=True))


def keys():
    return list(Notice.objects.order_by("pk").values_list("pk", flat=True))


def time_passes():
    """Leases and pauses are over."""
    long_ago = timezone.now() - timedelta(hours=1)
    Notice.objects.filter(mailed_at=None).update(lease_until=long_ago, published_at=long_ago)


@pytest.mark.requirement("SAF-02")
def test_people_of_the_site_with_the_role_are_told_and_nobody_else(study, subject):
    assert tell(study, subject) == 2

    assert told() == ["mm1@demo.example", "si1@demo.example"]


def test_the_same_event_is_told_once(study, subject):
    tell(study, subject)

    assert tell(study, subject) == 0
    assert tell(study, subject, roles=("SI", "MM", "DM")) == 1
    assert tell(study, subject, key="event:2") == 2
    assert Notice.objects.count() == 5


def test_the_database_refuses_a_second_notice_of_an_event(study, subject):
    tell(study, subject)
    kept = Notice.objects.first()
    kept.pk = None

    with pytest.raises(IntegrityError), audited(by=study["crc1"]):
        kept.save(force_insert=True)


def test_named_people_are_told_where_they_see_the_site(study, subject):
    tell(study, subject, roles=(), people=("cra1", "crc3", "admin1"))

    assert told() == ["cra1@demo.example"]


def test_who_left_is_not_told(study, subject):
    accounts.deactivate(by=study["admin1"], user=study["mm1"], reason="left the sponsor")

    tell(study, subject)

    assert told() == ["si1@demo.example"]


def test_an_event_that_is_undone_is_not_told(study, subject):
    def save_that_fails():
        with audited(by=study["crc1"]):
            tell(study, subject)
            raise RuntimeError("the save failed")

    with pytest.raises(RuntimeError):
        save_that_fails()

    assert Notice.objects.count() == 0


@pytest.mark.requirement("SAF-02")
def test_the_mail_has_study_subject_and_link_and_no_clinical_word(study, subject, postbox):
    tell(study, subject)

    assert mailer.mail(keys()) == 2

    assert postbox.readers == ["mm1", "si1"]
    text = postbox.taken[0][1]
    notice = Notice.objects.get(person__email=postbox.taken[0][0])
    assert "U87-01" in text
    assert subject.code in text
    assert f"/notices/{notice.pk}/" in text
    assert not {"hypoxia", "erious", "AE-001", "/ae/"} & set(text.replace(":", " ").split())
    assert "hypoxia" not in text


def test_a_mail_that_left_does_not_leave_again(study, subject, postbox):
    tell(study, subject)

    mail_notices(notice_ids=keys())
    mail_notices(notice_ids=keys())
    time_passes()

    assert len(postbox.taken) == 2
    assert mailer.sweep() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


@pytest.mark.requirement("SAF-02")
@pytest.mark.parametrize("mood", ["refuses", "hangs up"])
def test_a_server_that_fails_gets_the_mail_when_it_is_well_again(study, subject, postbox, mood):
    tell(study, subject)
    postbox.mood = mood

    assert mailer.mail(keys()) == 0
    assert mailer.mail(keys()) == 0  # rests for a while
    postbox.mood = "takes"
    time_passes()
    assert mailer.mail(keys()) == 2

    assert postbox.readers == ["mm1", "si1"]
    assert set(Notice.objects.values_list("attempts", "failure")) == {(2, "")}


def test_a_server_that_is_away_costs_a_pause_that_grows_and_never_the_mail(study, subject, postbox, settings):
    tell(study, subject, roles=("SI",))
    well = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    pauses = []
    for _n in range(7):
        assert mailer.mail(keys()) == 0
        pauses.append(round((Notice.objects.get().lease_until - timezone.now()).total_seconds() / 60))
        time_passes()

    assert pauses == [1, 2, 4, 8, 15, 15, 15]
    assert "ConnectionRefused" in Notice.objects.get().failure
    settings.EMAIL_PORT = well
    assert mailer.mail(keys()) == 1


def test_one_address_that_fails_does_not_hold_up_the_others(study, subject, postbox):
    tell(study, subject)
    refused = Notice.objects.get(person=study["mm1"])
    with audited(by=study["admin1"], reason="a mistyped address"):
        study["mm1"].email = "mm1@bad address.example"
        study["mm1"].save()

    mailer.mail(keys())

    assert postbox.readers == ["si1"]
    refused.refresh_from_db()
    assert refused.mailed_at is None


def test_a_mail_is_left_to_the_worker_that_holds_it_until_its_lease_ends(study, subject, postbox):
    tell(study, subject, roles=("SI",))
    killed = mailer._take(keys()[0])

    assert mailer.mail(keys()) == 0
    time_passes()
    assert mailer.mail(keys()) == 1

    assert mailer._mark_mailed(killed) is False
    assert postbox.readers == ["si1"]


def test_a_mail_sent_again_after_a_crash_has_the_same_message_id(study, subject, postbox):
    tell(study, subject, roles=("SI",))
    killed = mailer._take(keys()[0])
    mailer._message(killed).send()  # the worker dies here, before its mark
    time_passes()

    mailer.mail(keys())

    ids = {line for _to, text in postbox.taken for line in text.splitlines() if line.startswith("Message-ID")}
    assert len(postbox.taken) == 2
    assert len(ids) == 1


def test_the_sweep_hands_out_what_the_broker_never_got(study, subject):
    tell(study, subject)

    assert mailer.sweep() == 0  # published a moment ago
    time_passes()
    assert mailer.sweep() == 2
    assert mailer.sweep() == 0
    queue = redis.Redis.from_url(private_servers().redis_url(BROKER_DATABASE))
    assert queue.llen("celery") == 1


def test_the_mail_goes_out_when_the_event_is_committed(study, subject, postbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        tell(study, subject)

    assert len(callbacks) == 1


def test_workers_at_once_send_each_mail_once(fresh_database, study, subject, postbox):
    for n in range(4):
        tell(study, subject, key=f"event:{n}")
    wanted, start = keys(), threading.Barrier(4)

    def work(_n):
        try:
            start.wait()
            return mailer.mail(wanted)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        sent = list(workers.map(work, range(4)))

    assert sum(sent) == len(postbox.taken) == len(wanted) == 8
    assert len({text.split("/notices/")[1].split("/")[0] for _to, text in postbox.taken}) == 8


@pytest.mark.requirement("AUD-06")
def test_telling_and_mailing_are_events_of_the_trail(study, subject, postbox):
    tell(study, subject, roles=("SI",))
    mailer.mail(keys())
    actions.mark_read(by=study["si1"])

    events = AuditEvent.objects.filter(table_name="notices_notice").order_by("id")
    assert [event.actor_name for event in events] == ["Mei Lin", "System"]
    assert events[0].changes["sentence"][1] == "Serious adverse event AE-001: hypoxia."
    assert set(events[1].changes) == {"mailed_at"}
    assert {event.subject_id for event in events} == {subject.pk}


# ---- pages ----


def browser(study, name):
    client = Client()
    client.force_login(study[name])
    return client


@pytest.mark.requirement("ACC-02")
def test_everybody_reads_their_own_notices_and_no_others(study, subject):
    tell(study, subject, roles=("SI", "MM"))
    own = Notice.objects.get(person=study["si1"])

    statuses = {name: browser(study, name).get("/notices/").status_code for name in study.people}
    opened = {name: browser(study, name).get(f"/notices/{own.pk}/").status_code for name in study.people}

    assert set(statuses.values()) == {200}
    assert {name for name, status in opened.items() if status == 302} == {"si1"}
    assert set(opened.values()) == {302, 404}
    assert "hypoxia" in browser(study, "mm1").get("/notices/").content.decode()
    assert "hypoxia" not in browser(study, "crc1").get("/notices/").content.decode()


def test_who_no_longer_sees_the_site_no_longer_reads_its_notices(study, subject):
    tell(study, subject, roles=("SI",))
    for held in study["si1"].assignments.all():
        accounts.end_role(by=study["admin1"], assignment=held, reason="moved")

    assert "hypoxia" not in browser(study, "si1").get("/notices/").content.decode()
    assert browser(study, "si1").get(f"/notices/{keys()[0]}/").status_code == 404


def test_opening_a_notice_leads_to_its_page_and_marks_it_read(study, subject):
    tell(study, subject, roles=("SI",))
    client = browser(study, "si1")

    assert 'data-testid="told"' in client.get("/reports/tray/").content.decode()
    client.head(f"/notices/{keys()[0]}/")
    assert "Mark all as read" in client.get("/notices/").content.decode()
    answer = client.get(f"/notices/{keys()[0]}/")

    assert answer.headers["Location"] == f"/subjects/{subject.code}/ae/1/"
    assert "Mark all as read" not in client.get("/notices/").content.decode()
    assert "Nothing new." in client.get("/reports/tray/").content.decode()


def test_all_are_marked_as_read_by_a_plain_post(study, subject):
    tell(study, subject, key="a")
    tell(study, subject, key="b")

    assert browser(study, "si1").get("/notices/read/").status_code == 405
    assert browser(study, "si1").post("/notices/read/").status_code == 302

    assert set(Notice.objects.filter(read_at=None).values_list("person", flat=True)) == {study["mm1"].pk}


def test_the_pages_cost_few_statements(study, subject):
    for n in range(30):
        tell(study, subject, key=f"event:{n}", roles=("SI",))
    client = browser(study, "si1")

    assert int(client.get("/notices/").headers["X-SQL-Count"]) <= 8
    assert int(client.get("/reports/tray/").headers["X-SQL-Count"]) <= 8


@pytest.mark.parametrize("path", ["/notices/0/", "/notices/99999/", "/notices/99999999999999999999/", "/notices/x/"])
def test_an_unknown_notice_is_404(study, path):
    assert browser(study, "si1").get(path).status_code == 404
