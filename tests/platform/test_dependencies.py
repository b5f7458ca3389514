"""What the product imports is declared and locked: a clean environment has it too."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PRODUCT = ("trial_edc", "subjects", "adverse_events", "assessments")
# Imported for their errors and types; celery and the broker client cannot be without them.
COME_ALONG = {"kombu"}


def imported(folders: tuple[str, ...]) -> set[str]:
    """Top-level names of the packages that modules below these folders import."""
    names = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {*PRODUCT, "tests"}


def declared(*lists: list[str]) -> set[str]:
    """Names of the distributions of requirement lists, in lower case."""
    return {re.match(r"[\w.-]+", line)[0].lower() for requirements in lists for line in requirements}


@pytest.mark.parametrize(
    ("folders", "lists"),
    [
        (PRODUCT, [PROJECT["project"]["dependencies"]]),
        (("tests",), [PROJECT["project"]["dependencies"], PROJECT["dependency-groups"]["dev"]]),
    ],
    ids=["product", "tests"],
)
def test_every_imported_package_is_declared(folders, lists):
    known, distributions = declared(*lists), packages_distributions()

    missing = {
        name
        for name in imported(folders) - COME_ALONG
        if not known & {found.lower() for found in distributions.get(name, [])}
    }

    assert missing == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_declared_package_is_locked(lock):
    locked = set(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==", (ROOT / lock).read_text(), re.MULTILINE))

    assert declared(PROJECT["project"]["dependencies"]) - locked == set()
