"""Triggers call functions of this app's first migration: it runs before those of apps with audited tables."""

import pkgutil
from collections.abc import Iterable
from importlib import import_module

from django.db.migrations.loader import MigrationLoader


def first_migrations(labels: Iterable[str]) -> list[tuple[str, str]]:
    """For `run_before`: the first migration of each app that has migrations."""
    return [(label, "__first__") for label in labels if _has_migrations(label)]


def _has_migrations(label: str) -> bool:
    name, _explicit = MigrationLoader.migrations_module(label)
    try:
        package = import_module(name)
    except ModuleNotFoundError:
        return False
    return any(not module.name.startswith("_") for module in pkgutil.iter_modules(package.__path__))
