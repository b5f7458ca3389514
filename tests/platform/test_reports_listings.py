"""Parts of a casebook and listings of the work: what is asked for and nothing else."""

import pytest
from django.utils.module_loading import import_string

from tests import scenarios
from tests.platform.reports_tools import made, text_of
from trial_edc.casebook.actions.queries import answer_query, close_query, raise_query
from trial_edc.casebook.actions.verify import verify_items
from trial_edc.casebook.models import FormInstance
from trial_edc.reports import actions, runner
from trial_edc.reports.kinds import PURPOSES, kind_of, kinds
from trial_edc.reports.models import ReportRun


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.EDC_REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def signs(study, subject):
    return FormInstance.objects.get(pk=scenarios.day_3(study, subject).pk)


def refusal(study, subject, kind, **parameters):
    run = actions.request_report(
        by=study["cra1"],
        kind=kind,
        parameters={"subject": subject.code, **parameters},
        sites=[subject.site],
        subject=subject,
    )
    runner.build(run.pk)
    return ReportRun.objects.get(pk=run.pk).failure


def test_a_visit_casebook_holds_the_forms_of_its_visit_alone(study, subject, signs):
    raise_query(by=study["cra1"], instance=signs, item="pulse", text="Is it 96?")

    printed = text_of(made(study, subject=subject, kind="visit-casebook", visit="d3"))

    assert "Part Day 3" in printed
    assert "1 saved, 0 signed" in printed
    assert "38.4" in printed
    assert "Is it 96?" in printed
    assert "Infusion number" not in printed
    assert "Demography" not in printed


def test_a_visit_without_forms_is_refused_with_a_sentence(study, subject):
    assert refusal(study, subject, "visit-casebook", visit="d7") == f"{subject.code} has no form of this: Day 7."


def test_serious_event_forms_are_those_of_the_event(study, subject):
    scenarios.adverse_event(study, subject, seq=1, aeterm="mild rash")
    scenarios.adverse_event(study, subject, seq=2, aeterm="collapse", aeser="Y")
    scenarios.save(study, subject, "sae/1", {"sae.saenum": "AE-002", "sae.saenarr": "Found on the floor."})

    printed = text_of(made(study, subject=subject, kind="sae-form", event="2"))

    assert "Part AE-002" in printed
    for said in ("collapse", "Found on the floor."):
        assert said in printed
    assert "mild rash" not in printed
    assert refusal(study, subject, "sae-form", event="1") == f"{subject.code} has no form of this: AE-001."


def test_the_query_listing_has_threads_and_leaves_closed_ones_out(study, subject, signs):
    asked = raise_query(by=study["cra1"], instance=signs, item="pulse", text="Is it 96?")
    answer_query(by=study["crc1"], query=asked, text="It is.")
    over = raise_query(by=study["cra1"], instance=signs, item="temp", text="Which thermometer?")
    close_query(by=study["cra1"], query=over, text="Seen in the chart.")

    open_ones = text_of(made(study, kind="query-listing", sites=[subject.site], state="open"))
    all_ones = text_of(made(study, kind="query-listing", sites=[subject.site], state="all"))

    for said in ("Is it 96?", "It is.", "Vital signs, Day 3", "Answered"):
        assert said in open_ones
    assert "Which thermometer?" not in open_ones
    assert "Which thermometer?" in all_ones


def test_enrolment_lists_each_subject_with_its_days(study, subject):
    scenarios.registered_subject(study, by="crc4", site="103")

    printed = text_of(made(study, kind="enrolment", sites=list(study.sites.values())))

    assert "Site 101: 1 subjects" in printed
    assert f"{subject.code} " in printed
    assert "Safety period" in printed
    assert "103-0001" in printed
    assert "No subject yet." in printed


def test_the_verification_listing_shows_what_is_left(study, subject, signs):
    before = text_of(made(study, kind="sdv-listing", sites=[subject.site], which="open"))
    infusion = FormInstance.objects.get(subject=subject, form_code="inf")
    verify_items(by=study["cra1"], instance=infusion, revision=infusion.revision, items=["infdtc"])
    rest = text_of(made(study, kind="sdv-listing", sites=[subject.site], which="open"))
    every = text_of(made(study, kind="sdv-listing", sites=[subject.site], which="all"))

    assert "U87 infusion, " in before
    assert "Start date and time" in before
    assert "Start date and time" not in rest
    assert "U87 infusion, " in every


def test_every_kind_has_a_builder_a_purpose_and_choices_with_a_default(database):
    for kind in kinds():
        assert callable(import_string(kind.build))
        assert kind.purpose in dict(PURPOSES)
        assert len(kind.code) <= 20
        for name, label, options in kind.all_choices():
            assert name
            assert str(label)
            assert options
    assert kind_of("horoscope") is None
