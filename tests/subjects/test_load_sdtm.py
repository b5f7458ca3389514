"""Loading SDTM files: every row is in the database or among the rejected, with where it came from."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from subjects.models import Subject
from tests import pilot
from trial_edc.audit.models import AuditEvent
from trial_edc.casebook.models import FormInstance, Import, ImportRow, Query, QueryMessage
from trial_edc.casebook.reader import read

TREATED, FAILED, DIED = "801-1001", "801-1002", "802-1003"


@pytest.fixture
def study(pilot_study):
    return pilot_study


@pytest.fixture
def loaded(pilot_loaded):
    return pilot_loaded


def book(code=TREATED):
    return read(Subject.objects.select_related("site").get(code=code))


def events():
    """Entries of the trail that are not about an import itself."""
    return AuditEvent.objects.exclude(table_name="casebook_import").count()


# first load


def test_every_row_is_loaded_and_knows_its_place(study):
    report = pilot.load(pilot.SAMPLE)

    assert pilot.totals(report, "rows") == pilot.totals(report, "loaded") == pilot.N_ROWS
    assert pilot.totals(report, "same") == pilot.totals(report, "rejected") == len(report["rejected"]) == 0
    assert ImportRow.objects.filter(instance__isnull=False).count() == pilot.N_ROWS
    assert set(report["files"]["ae"]) == {"rows", "loaded", "same", "rejected"}
    assert report["peak_mb"] > 0


def test_subjects_keep_site_arm_and_person(loaded):
    person = book()["dm"][0]

    assert {one.code: one.site.code for one in Subject.objects.all()} == {TREATED: "801", FAILED: "801", DIED: "802"}
    assert Subject.objects.get(code=TREATED).cohort == "Xan_Hi"
    assert (person.sex, person.race, person.brthdtc) == ("F", "WHITE", "1940-05-06")
    assert (person.age, person.arm, person.actarm) == (72, "Xanomeline High Dose", "Xanomeline Low Dose")
    assert book(DIED)["dd"][0].dthdtc == "2013-05-20"


def test_dates_keep_their_precision(loaded):
    casebook = book()

    assert casebook["mh"]["mhstdtc"] == ["2003", "2010-04"]
    assert casebook["ae"]["aestdtc"] == ["2013-03-06", "2013-04"]
    assert casebook.record("base", "tu").meta["tudtc.1"] == {"typed": "2013-03"}
    assert casebook.record("w2", "lbc").meta["lbdtc"] == {"typed": "2013-03-18"}
    assert casebook.record("w2", "lbc").lbdtc is None


def test_vital_signs_are_rows_in_our_units(loaded):
    casebook = book()
    supine, standing, rest = (casebook.record("scr1", "vs", seq) for seq in (2, 3, 1))

    assert (supine.sysbp, supine.diabp, supine["vspos.sysbp"]) == (142, 83, "SUPINE")
    assert standing.missing("sysbp") == "ND"
    assert standing.pulse == 72
    assert (rest.temp, rest.height, rest.temploc) == (37, Decimal("162.56"), "TYMPANIC")
    assert rest.meta["temp"]["unit"] == "F"
    assert rest.meta["weight"]["unit"] == "lb"
    assert rest.weight == Decimal("68.038856")


def test_laboratory_rows_keep_limits_signs_and_words(loaded):
    casebook = book()
    blood, chemistry, urine = (casebook.record("scr1", form) for form in ("lbh", "lbc", "lbi"))

    assert (blood.hgb, blood.plt, blood["lbtoxgr.plt"]) == (135, 95, 1)
    assert (blood["lbornrlo.plt"], blood["lbornrhi.plt"], blood.lblab) == (130, 400, "SOURCE")
    assert (chemistry.alb, chemistry.hba1c, chemistry.bili) == (38, Decimal("6.1"), Decimal("3.42"))
    assert chemistry.meta["bili"]["qualifier"] == "<"
    assert urine.color == "N"


def test_text_where_a_number_is_expected_is_kept_with_a_finding(loaded):
    record = book().record("u4d1", "lbc")
    row = ImportRow.objects.get(file="lb", seq=8)

    assert record.creat is None
    assert record.meta["creat"]["typed"] == "HAEMOLYSED"
    assert "not a number" in row.findings[0]


def test_concentrations_keep_their_digits_and_their_limit(loaded):
    before, after, urine = book()["pk"]

    assert (before.xan, before.meta["xan"]["qualifier"], before["pklloq.xan"]) == (
        Decimal("0.01"),
        "<",
        Decimal("0.01"),
    )
    assert (after.xan, after.meta["xan"]["typed"]) == (Decimal("0.101566"), "0.101566224882241")
    assert (urine.pkspec, before.pkspec) == ("URINE", "PLASMA")


def test_lesions_use_the_axis_of_their_kind(loaded):
    casebook = book()
    base, scan = casebook.record("base", "tu"), casebook.record("w6", "tr")

    assert (base["tubase.1"], base["tubase.2"], base["tunode.2"]) == (Decimal("22.4"), 18, "Y")
    assert (scan["trdiam.1"], scan["trdiam.2"], scan["trlperp.1"], scan["trldiam.2"]) == (11, 12, 8, 20)
    # (11 + 12) against 40.4 at baseline is -43 %.
    assert (scan.trsum, scan.trresp, scan.trsumr) == (23, "PR", 23)


def test_states_and_responses_stand_as_reported(loaded):
    casebook = book()
    scan, others = casebook.record("w12", "tr"), casebook.record("w12", "nt")
    first, second = casebook["rs"]

    assert (scan["trstat.1"], scan["trstat.2"], others["ntstat.1"]) == ("ABSENT", "NOTEVAL", "NOTEV")
    assert (others.nlyn, others["nlid.1"], str(others["nldt.1"])) == ("UNEQUIVOCAL", "NEW01", "2013-05-27")
    assert (first.rsinv, first.rstrgr, first.rsntrgr) == ("PR", "SD", "NON-CR/NON-PD")
    assert (second.rsinvr, second.rsinv, second.missing("rsinv")) == ("CHECK", None, "NR")


def test_severity_and_causality_stay_as_collected(loaded):
    mild, severe = book()["ae"]

    assert (mild.aesev, mild.aerel, mild.aetoxgr, mild.aerelu87) == ("MILD", "PROBABLE", None, None)
    assert (severe.missing("aerel"), severe.aeout) == ("NR", "RECOVERED")
    assert mild.aetrtem == "Y"


def test_what_the_mapping_does_not_use_stays_as_read(loaded):
    kept = ImportRow.objects.get(file="ae", seq=1, subject__code=TREATED).kept

    assert (kept["AEHLT"], kept["AESCAN"], kept["STUDYID"]) == ("HLT_9", "N", "DEMO01")
    assert "AETERM" not in kept


def test_a_visit_the_schedule_does_not_have_is_unscheduled(loaded):
    assert book().record("uns1", "lbc").alt == 22
    assert "HOME VISIT" in ImportRow.objects.get(file="lb", seq=10).findings[0]


def test_what_is_odd_becomes_one_query_for_each_subject(loaded):
    asked = Query.objects.get(instance__subject__code=TREATED)
    text = QueryMessage.objects.get(query=asked).text

    assert (asked.instance.form_code, asked.rule) == ("dm", "import")
    for part in (
        "actual arm",
        "AESER is N, AESHOSP is Y",
        "VSSTRESN is 70",
        "SUMDIAM is 40 mm",
        "TRGRESP is SD; ours is PR",
        "CHECK",
    ):
        assert part in text
    assert not Query.objects.filter(instance__subject__code=FAILED).exists()


def test_every_value_is_in_the_trail_with_its_file(loaded):
    entry = AuditEvent.objects.get(table_name="adverse_events_adverseevent", changes__aeterm__1="SYNCOPE")

    assert (entry.source, entry.role, entry.actor_name) == ("import", "SYS", "System")
    assert entry.reason == "sdtm: ae.csv"


# further loads


def test_a_second_load_adds_nothing_and_says_same(loaded):
    before, rows = events(), ImportRow.objects.count()

    report = pilot.load(loaded)

    assert (pilot.totals(report, "loaded"), pilot.totals(report, "same")) == (0, pilot.N_ROWS)
    assert (events(), ImportRow.objects.count()) == (before, rows)


def test_a_changed_row_is_a_new_version_with_the_file_as_source(loaded):
    pilot.edit(loaded / "ae.csv", lambda row: row | {"AESEV": row["AESEV"].replace("MILD", "SEVERE")})

    report = pilot.load(loaded)

    form = FormInstance.objects.get(subject__code=TREATED, form_code="ae", seq=1)
    entry = AuditEvent.objects.filter(table_name="adverse_events_adverseevent", action="U").get()
    assert report["files"]["ae"] == {"rows": 3, "loaded": 1, "same": 2, "rejected": 0}
    assert (form.revision, book()["ae"][0].aesev) == (2, "SEVERE")
    assert entry.changes == {"aesev": ["MILD", "SEVERE"]}
    assert "ae.csv" in entry.reason
    assert list(ImportRow.objects.filter(instance=form).order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_changed_column_that_is_only_kept_is_the_same_row(loaded):
    pilot.edit(loaded / "ae.csv", lambda row: row | {"AEHLT": "HLT_10"})

    assert pilot.totals(pilot.load(loaded), "loaded") == 0


def test_a_row_that_moves_to_another_sample_leaves_no_value_behind(loaded):
    moved = {"LBTESTCD": "ALB"}
    pilot.edit(
        loaded / "lb.csv",
        lambda row: row | {"LBDTC": "2013-02-25T16:00"} if moved.items() <= row.items() else row,
    )

    report = pilot.load(loaded)

    first, second = book().record("scr1", "lbc"), book().record("scr1", "lbc", 2)
    assert report["files"]["lb"]["loaded"] == 1
    assert (first.alb, first["lbornrlo.alb"], second.alb) == (None, None, 38)
    assert first.hba1c == Decimal("6.1")


def test_a_form_whose_rows_all_moved_is_struck_through(loaded):
    pilot.edit(
        loaded / "vs.csv",
        lambda row: row | {"VISIT": "WEEK 4", "VISITNUM": "5.0"} if row["VISIT"] == "WEEK 2" else row,
    )

    pilot.load(loaded)

    assert FormInstance.objects.get(visit__code="w2", form_code="vs").status == "withdrawn"
    assert book().record("w4", "vs").weight == Decimal("68.492448")


def test_a_new_row_joins_its_form(loaded):
    rows = (loaded / "lb.csv").read_text().splitlines()
    added = (
        rows[1]
        .replace(",1.0,ALB,ALB,", ",99.0,ALP,ALP,")
        .replace("3.8,g/dL,3.3,4.9,38.0,38.0,g/L", "70,U/L,35,115,70,70,U/L")
    )
    (loaded / "lb.csv").write_text("\n".join([*rows, added]) + "\n")

    report = pilot.load(loaded)

    record = book().record("scr1", "lbc")
    assert report["files"]["lb"]["loaded"] == 1
    assert (record.alp, record.alb, record.revision) == (70, 38, 2)


def test_an_import_is_named_and_ends(loaded):
    first = Import.objects.get()

    assert (first.name, first.files["ae"], first.rejected) == ("sdtm", "ae.csv", [])
    assert first.finished_at >= first.started_at


def test_another_study_takes_no_files(fresh_database):
    with pytest.raises(CommandError, match=r"Study u87 takes no SDTM files\. Set EDC_PROTOCOL=cdiscpilot"):
        call_command("load_sdtm", str(pilot.SAMPLE))


def test_the_database_of_another_study_is_refused(fresh_database):
    with pilot.pilot_settings(), pytest.raises(CommandError, match="belongs to study u87"):
        pilot.load(pilot.SAMPLE)
    with pilot.pilot_settings(), pytest.raises(CommandError, match="belongs to study u87"):
        call_command("migrate", verbosity=0)


def test_two_loads_at_once_take_turns(study):
    with study.connect() as other:
        other.cursor().execute("SELECT pg_advisory_lock(7302601)")

        with pytest.raises(CommandError, match="Another load is running"):
            pilot.load(pilot.SAMPLE)
