"""`manage.py calculate NAME`: put cases through the derivations that pages and reports use."""

import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from trial_edc.calculators import CaseError, shown

UNREADABLE = 2  # exit status; 1 means that some case has an error
LONGEST_INTEGER = 400  # digits; Python refuses longer ones with an error that names no place

logger = logging.getLogger(__name__)
Calculate = Callable[[dict[str, object]], dict[str, object]]


class Command(BaseCommand):  # type: ignore[misc]  # Django has no types
    """Needs no database and no server."""

    help = (
        "Run a calculator over a JSON array of cases {id, input}. "
        "Exit status 0: all answered; 1: some case has an error; 2: the input is not readable."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the calculator; --list names them")
        parser.add_argument("--input", help="file with the cases; standard input when left out")
        parser.add_argument("--output", help="file for the answers; standard output when left out")
        parser.add_argument("--list", action="store_true", help="name the calculators, source and version")
        parser.add_argument("--explain", action="store_true", help="add why to each result")

    def handle(self, *args: Any, **options: Any) -> None:
        paths = _calculators()
        if options["list"]:
            self.stdout.write(_listing(paths))
            return
        if options["name"] not in paths:
            given = f"{options['name']} is no calculator" if options["name"] else "Name a calculator"
            raise CommandError(f"{given}; choose one of {', '.join(paths)}.", returncode=UNREADABLE)
        cases = _cases(_read(options["input"]))
        calculate: Calculate = import_module(paths[options["name"]]).calculate
        answers = [answer(calculate, case, explain=options["explain"]) for case in cases]
        text = "[\n" + ",\n".join(line for line, _ in answers) + "\n]\n" if answers else "[]\n"
        self._write(text, options["output"])
        if not all(answered for _, answered in answers):
            sys.exit(1)

    def _write(self, text: str, path: str | None) -> None:
        if path is None:
            self.stdout.write(text, ending="")
            return
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as problem:
            raise CommandError(f"Cannot write {path}: {problem.strerror}.", returncode=UNREADABLE) from problem


def answer(calculate: Calculate, case: object, *, explain: bool) -> tuple[str, bool]:
    """One case as a line of JSON, and whether it has a result. Never raises: other cases must go on."""
    case_id = case.get("id") if isinstance(case, Mapping) else None
    if isinstance(case_id, float | Decimal | list | dict):
        case_id = None
    try:
        result = dict(calculate(_input(case)))
        if not explain:
            result.pop("why", None)
        return _line({"id": case_id, "result": result}), True
    except CaseError as problem:
        return _line({"id": case_id, "error": str(problem)}), False
    except Exception as problem:
        # A defect of a calculator must not cost the other cases their answers.
        logger.exception("calculator failed on case %r", case_id)
        text = f"The calculator failed on this case ({type(problem).__name__}: {problem}). Report it."
        return _line({"id": case_id, "error": text}), False


def _input(case: object) -> dict[str, object]:
    if not isinstance(case, dict):
        raise CaseError(f"A case must be an object with id and input, got {shown(case)}.")
    if not isinstance(case.get("id"), str):
        raise CaseError(f"id must be text, got {shown(case.get('id'))}.")
    if not isinstance(case.get("input"), dict):
        raise CaseError(f"input must be an object, got {shown(case.get('input'))}.")
    return dict(case["input"])


def _line(content: dict[str, object]) -> str:
    return json.dumps(content, allow_nan=False, default=_plain_number)


def _plain_number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _calculators() -> dict[str, str]:
    """Dotted paths by name, from the study that the settings choose."""
    study = f"trial_edc.protocol.{settings.EDC_PROTOCOL}"
    if find_spec(f"{study}.calculators") is None:
        raise CommandError(f"{study} names no calculators; set EDC_PROTOCOL=u87.", returncode=UNREADABLE)
    paths: dict[str, str] = import_module(f"{study}.calculators").CALCULATORS
    return paths


def _listing(paths: Mapping[str, str]) -> str:
    modules: list[ModuleType] = [import_module(path) for path in paths.values()]
    return "\n".join(f"{module.NAME}\t{module.VERSION}\t{module.SOURCE}" for module in modules)


def _read(path: str | None) -> str:
    try:
        raw = sys.stdin.buffer.read() if path is None else Path(path).read_bytes()
    except OSError as problem:
        raise CommandError(f"Cannot read {path}: {problem.strerror}.", returncode=UNREADABLE) from problem
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        column = problem.start - raw.rfind(b"\n", 0, problem.start)
        text = f"The input is not UTF-8 text at line {line} column {column}."
        raise CommandError(text, returncode=UNREADABLE) from problem


def _cases(text: str) -> list[object]:
    """The cases of a JSON text. Numbers stay exact; NaN and Infinity are kept for the case to refuse."""
    try:
        content = json.loads(
            text, parse_float=_decimal, parse_int=_integer, object_pairs_hook=_object, parse_constant=Decimal
        )
    except json.JSONDecodeError as problem:
        text = f"The input is not JSON at line {problem.lineno} column {problem.colno}: {problem.msg}."
        raise CommandError(text, returncode=UNREADABLE) from problem
    except RecursionError as problem:
        text = "The input is not readable JSON at line 1 column 1: it is nested too deeply."
        raise CommandError(text, returncode=UNREADABLE) from problem
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list):
        text = 'The input must be a JSON array of cases, or {"cases": [...]}, at line 1 column 1.'
        raise CommandError(text, returncode=UNREADABLE)
    return cases


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Decimal(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond any decimal
        return Decimal("Infinity")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; a key given twice is kept under a name that no calculator knows, so it is refused."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        content |= {f"{key} (given twice)": None for key in content if keys.count(key) > 1}
    return content
