"""Cost of `save_form` of a form of about 20 items against a bare INSERT into the same table, audit trigger included.

Run: `pytest tests/bench/bench_save.py -s`. Prints the ratio of medians in the same process and database.
"""

import statistics
import time

from subjects.crfs.inf import Infusion
from subjects.models import Subject, Visit
from tests import scenarios
from trial_edc.accounts.access import people_with_access
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.slots import Slot

N, MOST = 60, 12


def test_a_save_costs_at_most_twelve_bare_inserts(fresh_database):
    study = scenarios.study()
    crc = people_with_access().get(pk=study["crc1"].pk)  # as a request reads the person
    subjects = crowd(study, 2 * N)
    subject = subjects[0]
    today = scenarios.today(study.sites["101"])
    on = f"{today:%d-%b-%Y}"
    raw = {
        "inf.infdtc": f"{on} 00:10",
        "inf.infendtc": f"{on} 00:20",
        "inf.infnum": "1",
        "inf.infdl": "DL2",
        "inf.infplan": "100",
        "inf.infdose": "98",
        "inf.infwt": "61.4",
        "inf.inftotc": "210",
        "inf.infbatch": "CT-26-0113",
        "inf.infbags": "1",
        "inf.infvol": "50",
        "inf.infall": "Y",
        "inf.infroute": "IV",
        "inf.infthdtc": f"{on} 00:01",
        "inf.infprem": "PARACETAMOL",
        "inf.infint": "N",
        "inf.infreact": "N",
        "inf.infcoi": "Y",
        "inf.inftoci": "Y",
    }
    save_form(by=crc, slot=Slot(subject.pk, "d0", "inf"), raw=raw)
    head = Infusion.objects.values().get()
    saves = [timed(save_form, by=crc, slot=Slot(one.pk, "d0", "inf"), raw=raw) for one in subjects[1:N]]
    inserts = [bare_insert(crc, one, head) for one in subjects[N:]]

    save, bare = statistics.median(saves), statistics.median(inserts)
    print(
        f"\nsave_form {save * 1e3:.2f} ms, bare INSERT {bare * 1e3:.2f} ms, ratio {save / bare:.1f}, at most {MOST}"
    )
    assert save / bare <= MOST


def crowd(study, n):
    """`n` subjects in bulk."""
    site, now = study.sites["101"], clock.now()
    with audited(by=study["crc1"], reason="bench"):
        return Subject.objects.bulk_create(
            Subject(site=site, code=f"101-{number:04d}", registered_at=now) for number in range(1, n + 1)
        )


def bare_insert(by, subject, head):
    """Seconds of one INSERT of the typed row in its own audited transaction; its form instance is there already."""
    with audited(by=by):
        visit = Visit.objects.create(subject=subject, code="d0")
        instance = FormInstance.objects.create(
            subject=subject,
            visit=visit,
            form_code="inf",
            protocol_version="1.0",
            status="complete",
            saved_at=clock.now(),
            saved_by=by,
        )
    return timed(insert, by=by, row=Infusion(**{**head, "instance_id": instance.pk}))


def insert(*, by, row):
    with audited(by=by):
        row.save(force_insert=True)


def timed(work, **arguments):
    start = time.perf_counter()
    work(**arguments)
    return time.perf_counter() - start
