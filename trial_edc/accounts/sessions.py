"""Session store: the database, so that an ended session is dead in every process at once."""

from django.contrib.auth import SESSION_KEY
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

    def _validate_session_key(self, key):
        # A quoted cookie may carry any byte, NUL included, which PostgreSQL refuses with an error.
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
