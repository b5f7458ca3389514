"""Migrations of the trial's tables only add: no column is dropped, renamed or retyped."""

from importlib import import_module
from pathlib import Path

import pytest
from django.db import migrations

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("subjects", "adverse_events", "assessments", "trial_edc/casebook")
NOT_ADDITIVE = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
)


def migration_files():
    for app in APPS:
        for path in sorted((ROOT / app / "migrations").glob("0*.py")):
            yield pytest.param(".".join(path.relative_to(ROOT).with_suffix("").parts), id=f"{app}/{path.stem}")


@pytest.mark.parametrize("module", migration_files())
def test_migrations_only_add(module):
    operations = import_module(module).Migration.operations

    assert [type(one).__name__ for one in operations if isinstance(one, NOT_ADDITIVE)] == []
