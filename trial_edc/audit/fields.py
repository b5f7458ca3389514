"""PostgreSQL column types Django has no field for."""

from django.db import models


class TransactionIdField(models.Field):
    """A 64-bit transaction number (`xid8`), an `int` in Python."""

    def db_type(self, connection) -> str:
        return "xid8"

    def from_db_value(self, value, expression, connection) -> int | None:
        return None if value is None else int(value)
