"""The named actor for what no person did: derived values, imports of the seed, housekeeping."""

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from trial_edc.audit.context import audited

if TYPE_CHECKING:
    from trial_edc.accounts.models import User

SYSTEM_EMAIL, SYSTEM_NAME = "system@edc.invalid", "System"


def system_user() -> "User":
    """The system user. Raises DoesNotExist before `ensure_system_user` has run."""
    return get_user_model().objects.get(email=SYSTEM_EMAIL)


def ensure_system_user() -> "User":
    """The system user, created when missing. It cannot sign in: it has no credential.

    It is the only user that may stand as the actor of its own creation, because nobody is there before it.
    """
    User = get_user_model()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SYSTEM_EMAIL])
        if found := User.objects.filter(email=SYSTEM_EMAIL).first():
            return found
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [User._meta.db_table])
            (number,) = cursor.fetchone()
        user = User(pk=number, email=SYSTEM_EMAIL, full_name=SYSTEM_NAME, organisation="EDC", is_service=True)
        with audited(by=user, source="system", reason="First start"):
            user.save(force_insert=True)
        return user
