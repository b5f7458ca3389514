"""The results of a cut against the same numbers by another route: plain SQL, scipy, and R where it is installed."""

import json
import shutil
import subprocess
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from scipy import stats

from tests import scenarios
from tests.exports import studies
from trial_edc.audit import clock
from trial_edc.exports import actions, figures, results
from trial_edc.exports.models import DataCut
from trial_edc.exports.numbers import read
from trial_edc.reports import runner
from trial_edc.reports.models import ReportRun

INFUSED = """
SELECT s.code, (i.infdtc AT TIME ZONE a.time_zone)::date AS day0
FROM subjects_infusion i JOIN casebook_forminstance f ON f.id = i.instance_id
JOIN subjects_subject s ON s.id = f.subject_id JOIN accounts_site a ON a.id = s.site_id
"""


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def computed(study, cut):
    """The results of a cut, as a worker makes them."""
    run = actions.request_results(by=study["stat1"], cut=cut)
    assert runner.build(run.pk), ReportRun.objects.get(pk=run.pk).failure
    return results.results_of_cut(cut)


@pytest.fixture
def study(database):
    return scenarios.study()


def test_results_equal_those_of_another_route(study):
    studies.cohort(study)
    cut = actions.make_cut(by=study["stat1"], name="Interim 1", cutoff_on=clock.now().date())

    found = computed(study, cut)

    numbers = read(found.document["numbers"])

    check_primary(numbers["safety"])
    check_rates(numbers["response"]["infused"]["investigator"]["rates"])
    survival = numbers["survival"]["infused"]["investigator"]
    check_overall_survival(survival["os"])
    check_progression(survival["pfs"])
    check_kinetics(numbers["kinetics-pkcopy"]["subjects"])
    check_with_r(survival["pfs"])
    check_figures(found)


def check_primary(safety):
    """Events that start on day 0 to 28 by SQL; the one that worsens is subject 6's."""
    starting = rows(f"""
        WITH infused AS ({INFUSED})
        SELECT i.code, max(e.aetoxgr) FROM adverse_events_adverseevent e
        JOIN casebook_forminstance f ON f.id = e.instance_id JOIN subjects_subject s ON s.id = f.subject_id
        JOIN infused i ON i.code = s.code
        WHERE e.aestdtc::date - i.day0 BETWEEN 0 AND 28 GROUP BY i.code
    """)
    onset = {name: safety["onset_only"][f"grade_{name}"]["subjects"] for name in (1, 2, 3, 4, 5)}
    assert onset == {
        grade: sorted(code for code, worst in starting if worst == str(grade)) for grade in (1, 2, 3, 4, 5)
    }
    worsened = sorted(set(safety["counts"]["any"]["subjects"]) - {code for code, _worst in starting})
    assert [code.partition("-")[2] for code in worsened] == ["0006"]
    assert safety["n"] == 6
    assert worsened[0] in safety["counts"]["severe"]["subjects"]


def check_rates(rates):
    """Responses that another one at least 28 days later confirms, nothing worse between, by SQL and scipy."""
    confirmed = rows("""
        SELECT DISTINCT f.subject_id FROM assessments_responseassessment r
        JOIN casebook_forminstance f ON f.id = r.instance_id
        JOIN casebook_forminstance g ON g.subject_id = f.subject_id
        JOIN assessments_responseassessment q ON q.instance_id = g.id
        WHERE r.rsinv IN ('CR', 'PR') AND q.rsinv IN ('CR', 'PR') AND q.rsdtc - r.rsdtc >= 28
    """)
    anyone = rows("""SELECT DISTINCT f.subject_id FROM assessments_responseassessment r
        JOIN casebook_forminstance f ON f.id = r.instance_id WHERE r.rsinv IN ('CR', 'PR')""")
    for name, counted in (("orr_confirmed", confirmed), ("orr_unconfirmed", anyone)):
        limits = stats.binomtest(len(counted), 6).proportion_ci(method="exact")
        assert (rates[name]["x"], rates[name]["n"]) == (len(counted), 6)
        assert (rates[name]["lower"], rates[name]["upper"]) == pytest.approx((limits.low, limits.high))


def check_overall_survival(os):
    """Days by SQL: to the death, else to the last visit or response; the curve by scipy."""
    by_sql = rows(f"""
        WITH infused AS ({INFUSED})
        SELECT i.code, coalesce(max(d.dthdtc)::date, max(greatest(v.svstdtc, r.rsdtc)), i.day0) - i.day0 + 1,
            max(d.dthdtc) IS NOT NULL
        FROM infused i JOIN subjects_subject s ON s.code = i.code JOIN casebook_forminstance f ON f.subject_id = s.id
        LEFT JOIN subjects_death d ON d.instance_id = f.id
        LEFT JOIN subjects_visitrecord v ON v.instance_id = f.id
        LEFT JOIN assessments_responseassessment r ON r.instance_id = f.id GROUP BY i.code, i.day0
    """)
    assert {code: (one["days"], one["event"]) for code, one in os["subjects"].items()} == {
        code: (days, event) for code, days, event in by_sql
    }
    check_landmarks(os)


def check_progression(pfs):
    """First PD or death; the courses are written down in `studies.COURSES`."""
    expected = [(92, True), (93, False), (59, False), (28, True), (61, False), (41, True)]

    assert [(one["days"], one["event"]) for _code, one in sorted(pfs["subjects"].items())] == expected
    check_landmarks(pfs)


def check_landmarks(endpoint):
    data = endpoint["subjects"].values()
    times = stats.CensoredData(
        uncensored=[one["days"] for one in data if one["event"]],
        right=[one["days"] for one in data if not one["event"]],
    )
    curve = stats.ecdf(times).sf
    for months, rate in endpoint["rates"].items():
        assert rate["surv"] == pytest.approx(float(curve.evaluate(int(months) * 30.4375)))


def check_with_r(endpoint):
    """Median and its limits as R's survfit prints them."""
    if shutil.which("Rscript") is None:
        return
    data = list(endpoint["subjects"].values())
    times = ",".join(str(one["days"]) for one in data)
    events = ",".join(str(int(one["event"])) for one in data)
    fit = f"library(survival); f <- survfit(Surv(c({times}), c({events})) ~ 1, conf.type='log-log');"
    script = fit + "cat(summary(f)$table[c('median','0.95LCL','0.95UCL')])"
    said = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split()
    ours = [endpoint[name] for name in ("median_days", "median_lower_days", "median_upper_days")]
    assert [None if text == "NA" else float(text) for text in said] == ours


def check_kinetics(subjects):
    """Samples on days 7, 14 and 28 at the hour of the infusion: areas worked by hand."""
    for number, (_code, one) in enumerate(sorted(subjects.items())):
        peak = 40_000 - number
        linear = (5_000 + number + peak) / 2 * 7 + (peak + 900) / 2 * 14
        assert (one["cmax"], one["tmax"], one["tlast"]) == (peak, 14, 28)
        assert one["auc_0_28d_linear"] == pytest.approx(linear)


def check_figures(found):
    """Every figure draws, twice the same bytes, with its text as text."""
    drawn = [figure for part in found.chosen("infused", "investigator") for figure in part.figures]
    assert {"km-pfs", "km-os", "waterfall", "swimmer", "spider", "pkcopy-curves"} <= {one.code for one in drawn}
    for figure in drawn:
        first = figures.svg(figure, footer="Interim 1")
        assert first == figures.svg(figure, footer="Interim 1")
        assert ">Interim 1</text>" in first
    assert figures.png(drawn[0], footer="Interim 1").startswith(b"\x89PNG")


def test_a_later_edit_changes_no_result_of_the_cut(study):
    subject = scenarios.infused_subject(study)
    scenarios.adverse_event(study, subject)
    cut = actions.make_cut(by=study["stat1"], name="Interim 1", cutoff_on=clock.now().date())
    before = computed(study, cut)

    scenarios.adverse_event(study, subject, seq=2, aetoxgr="3")
    again = computed(study, cut)
    later = computed(study, actions.make_cut(by=study["dm1"], name="Interim 2", cutoff_on=cut.cutoff_on))

    assert again.run_id != before.run_id
    assert again.digest == before.digest
    assert again.document["numbers"] == before.document["numbers"]
    assert later.digest != before.digest


def asked(*arguments):
    out = StringIO()
    call_command("compute_endpoints", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_answers_the_same_twice(study):
    scenarios.infused_subject(study)
    today = clock.now().date().isoformat()

    first = asked("--cut-off", today, "--json")

    assert asked("--cut-off", today, "--json") == first
    said = json.loads(first)
    assert said["numbers"]["sets"]["infused"]["members"] == ["101-0001"]
    assert said["digest"] in asked("--cut-off", today)
    assert DataCut.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--cut-off", "2026-13-01"), "is no date"),
        (("--cut-off", (date.max - timedelta(days=1)).isoformat()), "future"),
        (("--cut", "nothing"), "There is no cut named nothing"),
        ((), "Name a cut-off date"),
    ],
)
def test_the_command_says_what_is_wrong(study, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        asked(*arguments)


def test_a_cut_of_nobody_has_results(study):
    cut = actions.make_cut(by=study["stat1"], name="Empty", cutoff_on=date(2020, 1, 1))

    found = computed(study, cut)

    assert found.document["numbers"]["safety"]["n"] == 0
    assert found.document["numbers"]["survival"]["infused"]["derived"]["os"]["n"] == 0


def test_a_run_for_no_cut_fails_with_a_sentence(study):
    run = actions.request_report(by=study["stat1"], kind="endpoints", parameters={"cut": "999"})

    runner.build(run.pk)

    assert "There is no such data cut" in ReportRun.objects.get(pk=run.pk).failure
