"""What the database itself refuses in a CRF table, whoever writes."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from adverse_events.crfs.ae import AdverseEvent
from assessments.crfs.vs import VitalSignRow, VitalSigns
from tests import scenarios
from trial_edc.audit.context import audited
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.reader import read
from trial_edc.crf.constraints import derived_constraints
from trial_edc.crf.registry import all_crfs, row_models


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def signs(study):
    """Saved vital signs of Day 3."""
    subject = scenarios.infused_subject(study)
    return scenarios.day_3(study, subject)


def refused(study, table, instance, **columns):
    """The constraint that refuses an update of a row."""
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        audited(by=study["crc1"], reason="Source corrected", source="form"),
    ):
        table.objects.filter(instance_id=instance.pk).update(**columns)
    return refusal.value.__cause__.diag.constraint_name


def test_a_code_outside_its_list_is_refused(study, signs):
    assert refused(study, VitalSigns, signs, o2sup="PIPE") == "vitalsigns_o2sup_is_known"


def test_a_partial_date_of_another_format_is_refused(study, signs):
    event = scenarios.adverse_event(study, signs.subject)

    assert refused(study, AdverseEvent, event, aestdtc="05/03/2026") == "adverseevent_aestdtc_is_known"
    assert refused(study, AdverseEvent, event, aestdtc="2026-13") == "adverseevent_aestdtc_is_known"


def test_a_standard_value_has_its_unit(study, signs):
    assert refused(study, VitalSignRow, signs, vsstresu=None) == "vitalsignrow_value_has_unit"


def test_a_key_names_one_row_of_a_form(study, signs):
    with (
        pytest.raises(IntegrityError, match="vitalsignrow_one_row_per_key"),
        audited(by=study["crc1"], source="form"),
    ):
        VitalSignRow.objects.create(instance=signs, row_no=99, vstestcd="temp")


def test_the_constraints_of_all_forms_are_in_the_database(database):
    expected = {
        constraint.name
        for model in all_crfs()
        for table in (model, *row_models(model.Crf.code))
        for constraint in derived_constraints(table)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        present = {row[0] for row in cursor.fetchall()}

    assert expected
    assert expected <= present


def test_rows_of_a_form_are_never_deleted(study, signs):
    with pytest.raises(DatabaseError, match="delete"), audited(by=study["crc1"], source="form"):
        VitalSignRow.objects.filter(instance=signs).delete()


def test_a_saved_form_reads_back_as_typed(study, signs):
    record = read(signs.subject).record("d3", "vs")

    assert (record.temp, record.meta["temp"]) == (Decimal("38.4"), {"typed": "38.4", "unit": "C"})
    assert record.o2sup == "NONE"
    assert FormInstance.objects.get(pk=signs.pk).status == "complete"


def test_a_qualified_partial_and_listed_value_survive_the_database(study, signs):
    scenarios.save(
        study,
        signs.subject,
        "d7/crs",
        {
            "crs.crstemp": "39.40",
            "crs.crsfevdt": "un feb 2026",
            "crs.crstrt": "Y",
            "crs.crstoci": "t 0840; 480",
        },
    )

    record = read(signs.subject).record("d7", "crs")

    assert (str(record.crstemp), record.meta["crstemp"]["typed"]) == ("39.4", "39.40")
    assert record.crsfevdt == "2026-02"
    assert record.crstoci[0]["mg"] == "480"
