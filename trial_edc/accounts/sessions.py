"""Session store: the database, so that an ended session is dead in every process at once."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        from .credentials import UserSession

        return UserSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        user_id = data.get(SESSION_KEY)
        row.user_id = int(user_id) if user_id else None
        return row

    def save(self, must_create=False):
        """Keep a session that is there in one statement; one that was ended meanwhile stays ended."""
        if must_create or self.session_key is None:
            return super().save(must_create=must_create)
        row = self.create_model_instance(self._get_session(no_load=False))
        kept = {"session_data": row.session_data, "expire_date": row.expire_date, "user_id": row.user_id}
        if not self.model.objects.filter(session_key=row.session_key).update(**kept):
            raise UpdateError
        return None

    def _validate_session_key(self, key):
        # A quoted cookie may carry any byte, NUL included, which PostgreSQL refuses with an error.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
