"""`manage.py calculate`: exit status, errors with their place, and one answer per case."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from trial_edc.protocol.u87.calculators import CALCULATORS

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"id": "a", "input": {"x": 1, "n": 4}}
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def calculate(*arguments, given=b""):
    """Run the command with no database within reach."""
    command = [sys.executable, str(ROOT / "manage.py"), "calculate", *arguments]
    environment = os.environ | {"DATABASE_URL": NOWHERE}
    return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, env=environment, check=False)


def answers(*arguments, given):
    done = calculate(*arguments, given=given if isinstance(given, bytes) else json.dumps(given).encode())
    return done.returncode, json.loads(done.stdout)


def test_cases_are_answered_in_their_order_without_a_database():
    second = {"id": "b", "input": {"x": 0, "n": 0}, "title": "ignored"}

    status, found = answers("proportion", given={"cases": [GOOD, second], "calculator": "proportion"})

    assert status == 0
    assert [each["id"] for each in found] == ["a", "b"]
    assert found[0]["result"]["estimate"] == 0.25
    assert found[1]["result"]["estimate"] is None
    assert "why" not in found[0]["result"]


def test_explain_adds_the_reasons():
    _, found = answers("proportion", "--explain", given=[GOOD])

    assert found[0]["result"]["why"]


def test_one_bad_case_never_stops_the_others():
    bad = [
        {"id": "b", "input": {"x": 5, "n": 4}},
        {"id": "c", "input": [1]},
        {"id": "d"},
        {"id": 7, "input": {"x": 1, "n": 4}},
        "text",
        None,
        [GOOD],
        {"input": {"x": 1, "n": 4}},
        {"id": "e", "input": {"x": 1, "n": 4, "N": 4}},
    ]

    status, found = answers("proportion", given=[*bad, GOOD])

    assert status == 1
    assert all("error" in each and "result" not in each for each in found[:-1])
    assert [each["id"] for each in found[:3]] == ["b", "c", "d"]
    assert found[0]["error"].startswith("x must be")
    assert found[-1]["result"]["estimate"] == 0.25


def test_numbers_without_a_finite_value_are_refused_in_their_case():
    text = b"""[{"id": "nan", "input": {"x": NaN, "n": 4}}, {"id": "inf", "input": {"x": 1, "n": -Infinity}},
        {"id": "huge", "input": {"x": 1, "n": 1e999999999999999999999}},
        {"id": "long", "input": {"x": 1, "n": %s}}, {"id": "a", "input": {"x": 1.0, "n": 4}}]"""

    status, found = answers("proportion", given=text % (b"9" * 5000))

    assert status == 1
    assert ["error" in each for each in found] == [True, True, True, True, False]


def test_a_key_given_twice_is_refused():
    _, found = answers("proportion", given=b'[{"id": "a", "input": {"x": 1, "n": 4, "n": 8}}]')

    assert "n (given twice) is not a known key" in found[0]["error"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (b'[\n{"id": "a",}\n]', b"line 2 column 12"),
        (b"", b"line 1 column 1"),
        (b'[{"id": "\xff"}]', b"line 1 column 10"),
        (b'"text"', b"line 1 column 1"),
        (b"[" * 100_000, b"line 1 column 1"),
    ],
)
def test_unreadable_input_ends_with_status_2_and_its_place(given, place):
    done = calculate("proportion", given=given)

    assert done.returncode == 2
    assert place in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize("arguments", [(), ("survivals",), ("proportion", "--input", "no-such-file.json")])
def test_what_cannot_be_run_ends_with_status_2(arguments):
    done = calculate(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(b"CommandError: ")


def test_files_take_the_place_of_standard_input_and_output(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps([GOOD]), encoding="utf-8-sig")

    done = calculate("proportion", "--input", str(tmp_path / "in.json"), "--output", str(tmp_path / "out.json"))

    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads((tmp_path / "out.json").read_text())[0]["id"] == "a"


def test_no_cases_give_no_answers():
    assert answers("survival", given=[]) == (0, [])


def test_list_names_every_calculator_with_source_and_version():
    lines = calculate("--list").stdout.decode().splitlines()

    assert [line.split("\t")[0] for line in lines] == list(CALCULATORS)
    assert all(len(line.split("\t")) == 3 and all(line.split("\t")) for line in lines)


def test_a_thousand_cases_take_less_than_two_seconds_after_start_up():
    given = {"time": list(range(1, 61)), "status": [1, 0, 1] * 20, "landmarks": [10, 20, 30]}
    cases = [{"id": str(i), "input": given} for i in range(1000)]
    before = cpu_seconds()
    assert answers("survival", given=cases[:1])[0] == 0
    start_up = cpu_seconds() - before

    before = cpu_seconds()
    status, found = answers("survival", given=cases)

    assert (status, len(found)) == (0, 1000)
    assert cpu_seconds() - before - start_up < 2


def cpu_seconds() -> float:
    """Processor time of the commands run so far: what else the machine does makes no difference."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
