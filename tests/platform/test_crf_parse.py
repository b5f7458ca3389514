"""What people type in a box, and what becomes of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import CONTEXT
from trial_edc.crf.parse import EntryContext, echo, parse
from trial_edc.crf.spec import form_spec

FEVER_ONSET = form_spec("crs", visit_code="d7")["crsfevdt"]
AE_START = form_spec("ae")["aestdtc"]
COLLECTED = form_spec("lbh", visit_code="d7")["lbdtc"]
VISIT_DATE = form_spec("sv", visit_code="d7")["svstdtc"]
TEMPERATURE = form_spec("vs", visit_code="d7")["temp"]
NEUTROPHILS = form_spec("lbh", visit_code="d7")["anc"]
SERIOUS = form_spec("ae")["aeser"]
PREMEDICATION = form_spec("inf", visit_code="d0")["infprem"]
TERM = form_spec("ae")["aeterm"]


def read(spec, typed, context=CONTEXT, **companions):
    return parse(spec, typed, companions, context)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("5mar26", "2026-03-05"),
        ("05-Mar-2026", "2026-03-05"),
        ("5 March 2026", "2026-03-05"),
        ("Mar 5, 2026", "2026-03-05"),
        ("05/03/2026", "2026-03-05"),
        ("5.3.2026", "2026-03-05"),
        ("2026/3/5", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("２０２６０３０５", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("t", "2026-03-05"),
        ("今天", "2026-03-05"),
        ("y", "2026-03-04"),
        ("v", "2026-03-03"),
        ("-2", "2026-03-03"),
        ("v-1", "2026-03-02"),
        ("-1w", "2026-02-26"),
        ("-1m", "2026-02-05"),
        ("un mar 2026", "2026-03"),
        ("2026-03-UN", "2026-03"),
        ("UN/03/2026", "2026-03"),
        ("mar 2026", "2026-03"),
        ("2026年3月", "2026-03"),
        ("un un 2026", "2026"),
        ("2026-un-un", "2026"),
        ("2026", "2026"),
    ],
)
def test_a_date_is_read_as_precise_as_typed(typed, value):
    assert (read(FEVER_ONSET, typed).value, read(FEVER_ONSET, typed).error) == (value, "")


@pytest.mark.parametrize(
    ("order", "value"), [("dmy", "2026-03-02"), ("mdy", "2026-02-03")], ids=["day first", "month first"]
)
def test_a_date_in_numbers_follows_the_order_of_the_site(order, value):
    context = EntryContext(today=date(2026, 3, 5), site_date_order=order)

    assert read(FEVER_ONSET, "02/03/2026", context).value == value


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/02/2026", "There is no 31-Feb-2026."),
        ("30 feb 2026", "There is no 30-Feb-2026."),
        ("2025-02-29", "There is no 29-Feb-2025."),
        ("2026-13-01", "There is no month 13; months are 1 to 12."),
        ("mar 26", "“mar 26” can be a day or a year. Write 05-Mar-2026, or Mar-2026 without the day."),
        ("soon", "“soon” is not understood as a date. Write it as 05-Mar-2026."),
        ("05/un/2026", "“05/un/2026” is not understood as a date. Write it as 05-Mar-2026."),
        ("1899", "The year 1899 cannot be right. Write it with four digits."),
        ("6mar26", "Fever onset (this episode) 06-Mar-2026 is in the future. Enter the date it happened."),
        ("+1w", "Fever onset (this episode) 12-Mar-2026 is in the future. Enter the date it happened."),
    ],
)
def test_a_date_that_cannot_be_right_gets_a_sentence(typed, sentence):
    assert read(FEVER_ONSET, typed).error == sentence


def test_a_month_that_has_begun_is_not_in_the_future():
    assert read(FEVER_ONSET, "mar 2026").error == ""


@pytest.mark.parametrize("typed", ["5mar26 08:40", "05-Mar-2026 0840", "2026-03-05T08:40", "t 8:40", "20260305 0840"])
def test_date_and_time_are_stored_in_utc(typed):
    assert read(COLLECTED, typed).value == datetime(2026, 3, 5, 0, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("5mar26", "Collection date and time needs the time too, as in 05-Mar-2026 08:40."),
        ("5mar26 24:10", "There is no time 24:10; write 00:00 to 23:59."),
        (
            "un mar 2026",
            "Collection date and time needs day, month and year, as in 05-Mar-2026; Mar-2026 lacks the day.",
        ),
    ],
)
def test_a_time_that_cannot_be_right_gets_a_sentence(typed, sentence):
    assert read(COLLECTED, typed).error == sentence


def test_a_time_the_clock_skipped_is_refused():
    context = EntryContext(today=date(2026, 4, 5), time_zone=ZoneInfo("America/New_York"))

    assert "the clocks went forward" in read(COLLECTED, "8mar2026 02:30", context).error


def test_an_event_may_start_at_a_minute_or_in_a_month():
    assert read(AE_START, "24feb26 11:05").value == "2026-02-24T11:05"
    assert read(AE_START, "feb 2026").value == "2026-02"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("5mar26", "Thu 05-Mar-2026 · Day 9 · 1 day late"), ("4mar26", "Wed 04-Mar-2026 · Day 8 · in window")],
)
def test_the_echo_says_what_was_understood(typed, shown):
    context = EntryContext(
        today=date(2026, 3, 5),
        infusion_on=date(2026, 2, 24),
        window=(date(2026, 3, 2), date(2026, 3, 4)),
    )

    assert echo(read(VISIT_DATE, typed, context), context) == shown


def test_the_echo_of_a_partial_date_names_what_is_unknown():
    assert echo(read(FEVER_ONSET, "un mar 2026"), CONTEXT) == "Mar-2026, day unknown"
    assert echo(read(FEVER_ONSET, "2025"), CONTEXT) == "2025, month and day unknown"


@pytest.mark.parametrize(
    ("typed", "value", "digits"),
    [
        ("37.0", "37.0", "37.0"),
        (" 38,4 ", "38.4", "38.4"),
        ("３８．４", "38.4", "38.4"),
        ("+38", "38", "+38"),
        ("38.", "38", "38."),
        ("38.40", "38.4", "38.40"),
    ],
)
def test_a_number_keeps_its_digits(typed, value, digits):
    found = read(TEMPERATURE, typed)

    assert (found.value, found.typed, found.error) == (Decimal(value), digits, "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "“abc” is not a number. Enter temperature in digits, or mark it missing."),
        ("1e2", "“1e2” is not a number. Enter temperature in digits, or mark it missing."),
        ("3\n8", "“3\n8” is not a number. Enter temperature in digits, or mark it missing."),
        ("NaN", "“NaN” is not a number. Enter temperature in digits, or mark it missing."),
        ("1,250", "“1,250” can be read two ways. Write 1250 or 1.250."),
        ("<38", "Temperature takes no “<”. Enter the number alone."),
        ("384", "Temperature cannot be 384 °C; it lies between 20 and 50 °C."),
    ],
)
def test_a_number_that_cannot_be_right_gets_a_sentence(typed, sentence):
    assert read(TEMPERATURE, typed).error.replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("typed", "qualifier", "value"),
    [
        ("<0.1", "<", "0.1"),
        ("≤ .5", "<=", "0.5"),
        ("＞10", ">", "10"),
        (">=10", ">=", "10"),
        ("0.32", "", "0.32"),
    ],
)
def test_a_qualifier_is_stored_apart(typed, qualifier, value):
    found = read(NEUTROPHILS, typed)

    assert (found.qualifier, found.value) == (qualifier, Decimal(value))


def test_a_unit_of_another_analyte_is_refused():
    assert read(NEUTROPHILS, "1.2", unit="g/L").error.startswith("g/L is no unit of neutrophils")


def test_fahrenheit_is_judged_by_what_it_means():
    assert read(TEMPERATURE, "101.3", unit="F").error == ""
    assert "cannot be 38.4 °F" in read(TEMPERATURE, "38.4", unit="F").error.replace("\u00a0", " ")


@pytest.mark.parametrize("typed", ["ND", "na", "UNK", "nr", " NE "])
@pytest.mark.parametrize("spec", [FEVER_ONSET, COLLECTED, TEMPERATURE, SERIOUS, TERM, PREMEDICATION])
def test_a_missing_reason_may_stand_in_every_box(spec, typed):
    found = read(spec, typed, note="scale broken")

    assert (found.value, found.missing, found.note) == (None, typed.strip().upper(), "scale broken")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1", "Y"),
        ("2", "N"),
        ("y", "Y"),
        ("No", "N"),
        ("s", "Y"),
        ("f", "N"),
        ("是", "Y"),
        ("N", "N"),
        ("１", "Y"),
    ],
)
def test_yes_and_no_take_digits_and_letters(typed, code):
    assert read(SERIOUS, typed).value == code


def test_a_choice_that_is_not_offered_is_named():
    assert read(SERIOUS, "3").error == ("“3” is not a choice of serious. Choose one of the list, or mark it missing.")


def test_a_code_that_is_a_digit_wins_over_its_place():
    grade = form_spec("crs", visit_code="d7")["crsgri"]

    assert [read(grade, digit).value for digit in "015"] == ["0", "1", "5"]


def test_several_choices_come_in_the_order_of_the_list():
    assert read(PREMEDICATION, "ANTIHIST,PARACETAMOL").value == ["PARACETAMOL", "ANTIHIST"]


def test_none_stands_alone():
    assert read(PREMEDICATION, "NONE,PARACETAMOL").error == (
        "“None” cannot stand beside another choice of premedication. Choose one or the other."
    )


def test_a_small_list_has_one_line_each():
    changes = form_spec("ae")["aegrchg"]

    assert read(changes, "27 feb 2026 2\n1mar26; 3").value == [
        {"date": "2026-02-27", "grade": "2"},
        {"date": "2026-03-01", "grade": "3"},
    ]
    assert read(changes, "27 feb 2026 7").error == "“7” is not a grade; grades are 1 to 5."


@pytest.mark.parametrize("typed", ["tired\x00", "tired\x08", "tired\ud800"])
def test_what_the_database_cannot_store_is_refused(typed):
    assert read(TERM, typed).error == "A character here cannot be stored. Delete the text and type it again."


def test_too_long_a_text_says_how_long_it_may_be():
    assert read(TERM, "x" * 201).error == "Reported term has 201 characters; at most 200 fit. Shorten it."


def test_a_person_is_chosen_from_those_of_the_site():
    who = form_spec("icf")["icfwho"]

    assert read(who, "7").value == 7
    assert read(who, "8").error == "“8” is not a person with this task at the site. Choose one of the list."


@given(st.sampled_from([FEVER_ONSET, AE_START, COLLECTED, TEMPERATURE, NEUTROPHILS, SERIOUS, TERM]), st.text())
def test_no_text_breaks_a_box(spec, typed):
    found = read(spec, typed)

    assert not (found.error and found.value is not None)
    assert found.error or found.missing or found.value is not None or not typed.strip() or spec is TERM


@given(st.dates(date(1900, 1, 1), date(2026, 3, 5)))
def test_a_shown_date_is_read_back_as_itself(day):
    from trial_edc.crf import partial

    assert read(VISIT_DATE, partial.text(day)).value == day
