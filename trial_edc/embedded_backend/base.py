"""Django's PostgreSQL backend on the private server of `trial_edc.embedded`."""

from django.conf import settings
from django.db.backends.postgresql import base

from trial_edc import embedded


def private_servers() -> embedded.Servers:
    """The private servers of this installation, running."""
    servers = embedded.servers(settings.EDC_DATA_DIR, durable=settings.EDC_ENV != "test")
    servers.hold()
    return servers


class DatabaseWrapper(base.DatabaseWrapper):
    """Address and password are read at connection time: settings touch no file and start no server."""

    def get_connection_params(self):
        servers = private_servers()
        role = self.settings_dict["USER"]
        address = {"host": "127.0.0.1", "port": servers.ports["postgres"], "password": servers.secrets[role]}
        return {**super().get_connection_params(), **address}
