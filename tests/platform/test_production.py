"""A production installation that is not safe does not start."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from trial_edc.production import start_up_problems
from trial_edc.services import cache_settings, database_settings, numbered

SAFE_ENVIRONMENT = {
    "EDC_ENV": "production",
    "EDC_PUBLIC_URL": "https://edc.example.org",
    "EDC_TLS_PROXY": "1",
    "SECRET_KEY": "k3y-of-this-installation-" * 3,
    "SECOND_FACTOR_KEYS": "another-key-of-this-installation-" * 2,
    "DATABASE_URL": "postgresql://edc_app:hX93kd02mQ@db.internal:5432/edc",
    "REDIS_URL": "redis://:jK29fjw0aP@redis.internal:6379/0",
    "EMAIL_URL": "smtp+tls://edc:kd93@mail.internal:587",
}


def start(changes: dict[str, str | None], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the product in a process of its own, in a safe environment with these changes."""
    environment = {**SAFE_ENVIRONMENT, "PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    for name, value in changes.items():
        environment.pop(name) if value is None else environment.update({name: value})
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_safe_installation_starts():
    result = start({}, "-c", "import django; from trial_edc.wsgi import application; print('started')")

    assert result.stdout == "started\n", result.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EDC_ENV", "prod", "EDC_ENV is 'prod'. Set it to one of: demo, test, production."),
        ("EDC_TEST_HOOKS", "1", "EDC_TEST_HOOKS is on."),
        ("SECRET_KEY", None, "SECRET_KEY is missing, short or the demo's."),
        ("SECRET_KEY", "only-for-demo-and-tests" * 3, "SECRET_KEY is missing, short or the demo's."),
        ("SECRET_KEY", "short", "SECRET_KEY is missing, short or the demo's."),
        ("DATABASE_URL", None, "DATABASE_URL is not set."),
        (
            "DATABASE_URL",
            "postgresql://edc_app:postgres@db/edc",
            "DATABASE_URL has no password",
        ),
        ("DATABASE_URL", "postgresql://edc_app@db/edc", "DATABASE_URL has no password, or a default one."),
        ("DATABASE_URL", "postgresql://edc_owner:hX93kd02@db/edc", "DATABASE_URL connects as edc_owner"),
        ("DATABASE_URL", "postgresql://postgres:hX93kd02@db/edc", "DATABASE_URL connects as postgres"),
        ("DATABASE_URL", "sqlite:///edc.sqlite3", "Only PostgreSQL is supported"),
        ("EMAIL_URL", None, "EMAIL_URL is not set."),
        ("REDIS_URL", None, "REDIS_URL is not set."),
        ("REDIS_URL", "redis://redis:6379/0", "REDIS_URL has no password, or a default one."),
        ("EDC_PUBLIC_URL", None, "EDC_PUBLIC_URL is missing or not https."),
        ("EDC_PUBLIC_URL", "http://edc.example.org", "EDC_PUBLIC_URL is missing or not https."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS allows every host name."),
        ("EDC_TLS_PROXY", None, "EDC_TLS_PROXY is not set."),
    ],
)
def test_an_unsafe_installation_does_not_start(name, value, sentence):
    result = start({name: value}, "-c", "from trial_edc.wsgi import application")

    assert result.returncode == 1
    assert sentence in result.stderr


@pytest.mark.parametrize("command", ["gunicorn trial_edc.wsgi", "celery -A trial_edc worker"])
def test_web_and_worker_refuse_alike(command):
    result = start({"EDC_TEST_HOOKS": "1"}, "-m", *command.split())

    assert result.returncode != 0
    assert "EDC_TEST_HOOKS is on." in result.stderr


SAFE = {
    "EDC_ENV": "production",
    "EDC_TEST_HOOKS": False,
    "DEBUG": False,
    "SECRET_KEY": "k" * 60,
    "SECOND_FACTOR_KEYS": ["another"],
    "DATABASES": {"default": {"ENGINE": "postgresql", "USER": "edc_app", "PASSWORD": "hX93"}},
    "REDIS_URL": "redis://:jK29@redis/0",
    "EDC_PUBLIC_URL": "https://edc.example.org",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "ALLOWED_HOSTS": ["edc.example.org"],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 60,
}


@pytest.mark.parametrize(
    ("name", "value", "problems"),
    [
        ("SECURE_HSTS_SECONDS", 60, []),
        ("SECURE_SSL_REDIRECT", False, ["TLS settings are off: SECURE_SSL_REDIRECT. Turn them on."]),
        ("SESSION_COOKIE_SECURE", False, ["TLS settings are off: SESSION_COOKIE_SECURE. Turn them on."]),
        ("SECURE_HSTS_SECONDS", 0, ["TLS settings are off: SECURE_HSTS_SECONDS. Turn them on."]),
        ("DEBUG", True, ["DEBUG is on. It shows data in error pages: turn it off."]),
        (
            "SECOND_FACTOR_KEYS",
            ["k" * 60],
            ["SECOND_FACTOR_KEYS is not set. Set a key of its own: it outlives SECRET_KEY."],
        ),
    ],
)
def test_each_setting_that_is_not_safe_is_named(name, value, problems):
    assert start_up_problems(SimpleNamespace(**{**SAFE, name: value})) == problems


def test_web_gets_one_role_and_migrate_says_what_it_lacks():
    result = start({}, "manage.py", "migrate")

    assert result.returncode == 1
    assert "Set DATABASE_OWNER_URL" in result.stderr


def test_both_roles_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://edc_app:a@db:5432/edc")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://edc_owner:b@db:5432/edc")

    found = database_settings(Env())

    assert {alias: connection["USER"] for alias, connection in found.items()} == {
        "default": "edc_app",
        "owner": "edc_owner",
    }


def test_another_engine_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://edc_app:a@db/edc")

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL names a mysql database"):
        database_settings(Env())


def test_the_cache_shares_the_server_but_not_the_database():
    assert numbered("redis://:p@r:6379/0", 1) == "redis://:p@r:6379/1"
    assert cache_settings("rediss://:p@r:6379", 3)["LOCATION"] == "rediss://:p@r:6379/3"
