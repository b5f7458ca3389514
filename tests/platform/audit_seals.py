"""A sealed trail, and ways to cheat behind it."""

import contextlib

from tests.platform.audit_world import form_instance, person, run
from trial_edc.accounts.models import Site
from trial_edc.audit import seals
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent
from trial_edc.audit.verify import verify


def sealed_trail():
    """A trail with two seals: people and a form, then two sites. Returns their writer."""
    writer = person()
    form_instance(writer)
    seal_when_quiet()
    add_site(writer, "301")
    add_site(writer, "302")
    seal_when_quiet()
    return writer


def wait_until_finished():
    """Wait until no transaction of the server is older than the newest event: other tests run beside."""
    run(
        """DO $$ BEGIN FOR attempt IN 1..1000 LOOP
            EXIT WHEN pg_snapshot_xmin(pg_current_snapshot()) > ALL (SELECT xid FROM audit_event);
            PERFORM pg_sleep(0.01);
        END LOOP; END $$"""
    )


def seal_when_quiet():
    wait_until_finished()
    return seals.seal()


def add_site(writer, code):
    with audited(by=writer, role="ADM"):
        Site.objects.create(code=code, name=f"Hospital {code}")
    return AuditEvent.objects.latest("id")


def cheat(fresh_database, sql, role="postgres"):
    """Run SQL as superuser (or owner) in one transaction."""
    with contextlib.closing(fresh_database.connect(role)) as cheater:
        cheater.cursor().execute(sql)


def found():
    """(check, sentence) of each finding."""
    return [(finding.check, finding.sentence) for finding in verify().findings]


def one(check):
    """The sentence of the one finding of this kind."""
    sentences = [sentence for kind, sentence in found() if kind == check]
    assert len(sentences) == 1, sentences
    return sentences[0]
