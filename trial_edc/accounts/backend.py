"""Authentication backend: reads the person behind a session, with access, in one SQL statement."""

from .access import people_with_access
from .models import User


class PeopleBackend:
    """Only reads. Credentials are checked by `signin.check`, which needs password, code and throttling in
    one.
    """

    def authenticate(self, request, **credentials) -> None:
        return None

    def get_user(self, user_id) -> User | None:
        """The active person, None for a deactivated one, which ends the session at this request."""
        return people_with_access().filter(pk=user_id, is_active=True, is_service=False).first()
