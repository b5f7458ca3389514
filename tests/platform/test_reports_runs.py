"""Reports as jobs: asked once, made once, whatever breaks in between."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from tests import scenarios
from tests.installation import await_true
from tests.platform.reports_tools import content_of, made
from tests.settings import BROKER_DATABASE
from trial_edc.audit.models import AuditEvent
from trial_edc.embedded_backend.base import private_servers
from trial_edc.reports import actions, runner, storage
from trial_edc.reports.models import ReportDownload, ReportRun
from trial_edc.reports.problems import CannotReport, Stopped
from trial_edc.reports.progress import LEASE, MOST_ATTEMPTS, Progress, kept_alive
from trial_edc.reports.tasks import build_report, sweep_reports

State = ReportRun.State


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study)


def asked(study, subject, **changed):
    return actions.request_report(
        by=study["cra1"],
        kind="casebook",
        parameters={"subject": subject.code, **changed},
        sites=[subject.site],
        subject=subject,
    )


def now_of(run):
    return ReportRun.objects.get(pk=run.pk)


def let_lease_end(run):
    ReportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def files():
    return sorted(path.name for path in storage.directory().iterdir())


def test_a_finished_run_has_its_file_size_digest_and_counts(study, subject):
    run = made(study, subject=subject)

    content = content_of(run)
    assert (run.state, run.size, run.sha256) == (State.DONE, len(content), hashlib.sha256(content).hexdigest())
    assert run.n_done == run.n_total >= 4
    assert run.n_pages > 1
    assert run.data_at is not None
    assert run.code_version == "0.1.0"
    assert run.expires_at - run.ended_at == runner.KEPT
    assert files() == [run.file_name]


def test_files_are_closed_to_other_users_of_the_machine(study, subject):
    run = made(study, subject=subject)

    path = storage.directory() / run.file_name
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.requirement("AUD-08")
def test_request_work_and_download_are_events_of_the_trail(study, subject):
    run = made(study, subject=subject)
    actions.record_download(by=study["cra1"], run=run)

    events = AuditEvent.objects.filter(table_name__startswith="reports_", subject_id=subject.pk).order_by("id")
    told = [(event.table_name, event.actor_name, event.changes.get("state", [None, ""])[1]) for event in events]
    assert told == [
        ("reports_reportrun", "S. Ortiz", "requested"),
        ("reports_reportrun", "System", "running"),
        ("reports_reportrun", "System", "done"),
        ("reports_reportdownload", "S. Ortiz", ""),
    ]


def test_the_job_goes_out_when_the_request_is_committed(study, subject, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        asked(study, subject)

    assert len(callbacks) == 1


def test_the_same_request_twice_is_one_run(study, subject):
    assert asked(study, subject) == asked(study, subject)
    assert asked(study, subject, trail="without") != asked(study, subject)


def test_nobody_fills_the_queue_alone(study, subject):
    for n in range(actions.MOST_UNFINISHED):
        asked(study, subject, n=n)

    with pytest.raises(CannotReport, match="10 unfinished reports"):
        asked(study, subject, n="one more")


def test_a_task_that_comes_twice_makes_one_file(study, subject):
    run = asked(study, subject)

    build_report(run_id=run.pk)
    first = now_of(run)
    build_report(run_id=run.pk)

    assert now_of(run).sha256 == first.sha256
    assert now_of(run).attempt == 1
    assert files() == [first.file_name]


def test_a_running_report_is_left_to_the_worker_that_holds_it(study, subject):
    run = asked(study, subject)
    held = runner._take(run.pk)

    assert held.attempt == 1
    assert runner.build(run.pk) is False
    assert now_of(run).state == State.RUNNING


def test_the_sweep_hands_out_what_a_crash_left_and_it_is_finished_once(study, subject):
    run = asked(study, subject)
    crashed = runner._take(run.pk)
    let_lease_end(run)

    in_this_process(sweep_reports)

    done = now_of(run)
    assert (done.state, done.attempt) == (State.DONE, 2)
    late = runner._end(crashed, State.DONE, file_name="late.pdf", size=1, sha256="0" * 64)
    assert late is False
    assert now_of(run).sha256 == done.sha256
    assert (
        AuditEvent.objects.filter(table_name="reports_reportrun", row_pk=str(run.pk), changes__state__1="done").count()
        == 1
    )


def in_this_process(task):
    """Run a task and what it publishes here, in the test's transaction."""
    app = build_report.app
    app.conf.task_always_eager, app.conf.task_eager_propagates = True, True
    try:
        return task()
    finally:
        app.conf.task_always_eager = app.conf.task_eager_propagates = False


def test_the_sweep_leaves_fresh_and_running_reports_alone(study, subject):
    fresh = asked(study, subject)
    running = asked(study, subject, trail="without")
    runner._take(running.pk)

    assert runner.sweep() == 0
    assert {now_of(fresh).state, now_of(running).state} == {State.REQUESTED, State.RUNNING}


def test_a_published_job_lies_in_the_broker_of_this_installation(study, subject):
    run = asked(study, subject)

    assert actions.publish(run.pk) is True
    queue = redis.Redis.from_url(private_servers().redis_url(BROKER_DATABASE))
    (message,) = queue.lrange("celery", 0, -1)
    assert json.loads(message)["headers"]["kwargsrepr"] == f"{{'run_id': {run.pk}}}"


def test_a_broker_that_is_down_is_said_and_breaks_nothing():
    """In a process of its own: addresses of brokers are read once."""
    ask = "import django; django.setup(); from trial_edc.reports.actions import publish; print(publish(1))"
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "trial_edc.settings"}

    answer = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert answer.stdout.split() == ["False"]
    assert "Report 1 waits: the job queue does not answer" in answer.stderr


def test_the_sweep_publishes_a_request_the_broker_never_got(study, subject):
    run = asked(study, subject)
    ReportRun.objects.filter(pk=run.pk).update(published_at=timezone.now() - timedelta(minutes=2))

    assert runner.sweep() == 1
    assert runner.sweep() == 0  # handed out a moment ago


def test_a_report_that_kills_its_worker_again_and_again_fails_with_a_sentence(study, subject):
    run = asked(study, subject)
    for _attempt in range(MOST_ATTEMPTS):
        assert runner._take(run.pk) is not None
        let_lease_end(run)

    assert runner.build(run.pk) is False
    assert now_of(run).state == State.FAILED
    assert "interrupted 3 times" in now_of(run).failure


def test_a_cancelled_run_is_never_finished(study, subject):
    run = asked(study, subject)
    held = runner._take(run.pk)
    actions.cancel_report(by=study["cra1"], run=run)

    with pytest.raises(Stopped):
        Progress(run.pk, held.attempt).expect(3)
    assert runner._end(held, State.DONE, file_name="x.pdf", size=1, sha256="0" * 64) is False
    assert runner.build(run.pk) is False
    assert now_of(run).state == State.CANCELLED
    assert files() == []


def test_only_who_asked_cancels_or_retries(study, subject):
    run = asked(study, subject)

    with pytest.raises(CannotReport):
        actions.cancel_report(by=study["dm1"], run=run)
    actions.cancel_report(by=study["cra1"], run=run)
    with pytest.raises(CannotReport):
        actions.retry_report(by=study["dm1"], run=run)


def test_a_retry_starts_anew_and_shuts_the_old_worker_out(study, subject):
    run = asked(study, subject)
    old = runner._take(run.pk)
    actions.cancel_report(by=study["cra1"], run=run)
    actions.retry_report(by=study["cra1"], run=run)

    assert runner.build(run.pk) is True
    assert runner._end(old, State.FAILED, failure="too late") is False
    assert now_of(run).state == State.DONE
    with pytest.raises(CannotReport):
        actions.retry_report(by=study["cra1"], run=run)


def test_counts_rise_and_renew_the_lease(study, subject, monkeypatch):
    run = asked(study, subject)
    held = runner._take(run.pk)
    let_lease_end(run)
    progress = Progress(run.pk, held.attempt)
    progress.expect(4)

    seen = [now_of(run).n_total]
    for n in range(3):
        progress._told_at = 0.0
        progress.step(f"Form {n}")
        seen.append(now_of(run).n_done)

    assert seen == [4, 0, 1, 2]
    assert now_of(run).step == "Form 2"
    assert now_of(run).lease_until > timezone.now() + LEASE / 2


def test_the_lease_of_a_silent_worker_is_renewed_while_it_lives(fresh_database):
    study = scenarios.study()
    run = asked(study, scenarios.registered_subject(study))
    held = runner._take(run.pk)
    let_lease_end(run)

    with kept_alive(run.pk, held.attempt, every_s=0.02):
        await_true(lambda: now_of(run).lease_until > timezone.now())
    let_lease_end(run)
    over = now_of(run).lease_until
    with kept_alive(run.pk, held.attempt + 1, every_s=0.02):  # the row is another attempt's
        await_true(lambda: now_of(run).lease_until == over)

    assert now_of(run).lease_until == over


def test_a_disk_that_cannot_be_written_gives_a_sentence_and_leaves_nothing(study, subject, settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    settings.EDC_REPORTS_DIR = blocked / "reports"
    run = asked(study, subject)

    assert runner.build(run.pk) is True
    assert now_of(run).state == State.FAILED
    assert "could not be written on the server" in now_of(run).failure
    settings.EDC_REPORTS_DIR = tmp_path / "reports"
    assert files() == []


def test_a_kind_the_study_does_not_have_fails_with_a_sentence(study):
    run = actions.request_report(by=study["cra1"], kind="horoscope", parameters={})

    runner.build(run.pk)

    assert now_of(run).failure == "This study has no report of this kind."


def test_a_file_that_was_changed_or_is_gone_is_not_given_out(study, subject):
    run = made(study, subject=subject)
    path = storage.directory() / run.file_name
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(storage.FileLost):
        content_of(run)
    path.unlink()
    with pytest.raises(storage.FileLost):
        content_of(run)


def test_files_go_after_90_days_and_their_rows_stay(study, subject):
    run = made(study, subject=subject)
    ReportRun.objects.filter(pk=run.pk).update(lease_until=None)  # a quiet column needs no actor
    from trial_edc.audit.context import audited

    with audited(by=study["cra1"], reason="time passes"):
        ReportRun.objects.filter(pk=run.pk).update(expires_at=timezone.now() - timedelta(days=1))

    runner.sweep()

    assert files() == []
    assert (now_of(run).state, now_of(run).file_name, now_of(run).sha256) == (State.DONE, "", run.sha256)


def test_strays_of_killed_workers_go_and_known_files_stay(study, subject, monkeypatch):
    run = made(study, subject=subject)
    (storage.directory() / "9-1.pdf.77.tmp").write_bytes(b"half")
    monkeypatch.setattr(storage, "STRAY_SECONDS", -10)

    runner.sweep()

    assert files() == [run.file_name]
    assert ReportDownload.objects.count() == 0
