"""Whether this database holds demo or test data: then every page says Training."""

from functools import lru_cache

from django.conf import settings
from django.db import connection

from .models import User


def is_training() -> bool:
    """True outside production, and in production when a demo person is in the database (asked once per
    process).
    """
    return settings.EDC_ENV != "production" or _holds_demo_people(connection.settings_dict["NAME"])


def shows_demo_codes() -> bool:
    """Whether the sign-in page lists the demo people with their codes: a demo or a test, never production."""
    return settings.EDC_ENV == "demo" or settings.EDC_TEST_HOOKS


@lru_cache(maxsize=4)
def _holds_demo_people(database_name: str) -> bool:
    return User.objects.filter(is_demo=True).exists()
