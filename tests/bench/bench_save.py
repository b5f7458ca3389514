"""Cost of `save_form` of a form of about 20 items against a bare INSERT into the same table, audit trigger included.

Run: `pytest tests/bench/bench_save.py -s`. Prints the ratio of medians in the same process and database.
"""

import statistics
import time

from subjects.crfs.inf import Infusion
from subjects.models import Visit
from tests import scenarios
from trial_edc.audit import clock
from trial_edc.audit.context import audited
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.slots import Slot

N, MOST = 60, 12


def test_a_save_costs_at_most_twelve_bare_inserts(fresh_database):
    study = scenarios.study()
    subject = scenarios.registered_subject(study)
    visit = Visit.objects.filter(subject=subject).first()
    on = f"{scenarios.today(subject.site):%d-%b-%Y}"
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
    save_form(by=study["crc1"], slot=Slot(subject.pk, "d0", "inf", 1), raw=raw)
    head = Infusion.objects.values().get()
    saves = [timed(lambda n=n: save_form(by=study["crc1"], slot=Slot(subject.pk, "d0", "inf", n), raw=raw)) for n in range(2, N)]
    inserts = [bare_insert(study, subject, visit, head, n) for n in range(N, 2 * N)]

    save, insert = statistics.median(saves), statistics.median(inserts)
    print(f"\nsave_form {save * 1e3:.2f} ms, bare INSERT {insert * 1e3:.2f} ms, ratio {save / insert:.1f} (at most {MOST})")
    assert save / insert <= MOST


def bare_insert(study, subject, visit, head, n):
    """Seconds of one INSERT of the typed row in its own audited transaction; its form instance is there already."""
    with audited(by=study["crc1"]):
        instance = FormInstance.objects.create(
            subject=subject, visit=visit, form_code="inf", seq=n, protocol_version="1.0", status="complete",
            saved_at=clock.now(), saved_by=study["crc1"],
        )
    row = Infusion(**{**head, "instance_id": instance.pk})

    def insert():
        with audited(by=study["crc1"]):
            row.save(force_insert=True)

    return timed(insert)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
