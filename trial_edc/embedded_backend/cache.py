"""Django's Redis cache on the private Valkey."""

from functools import cached_property

from django.core.cache.backends.redis import RedisCache

from trial_edc.embedded_backend.base import private_servers


class EmbeddedCache(RedisCache):
    """`LOCATION` is the number of the Valkey database; the address is read at first use."""

    @cached_property
    def _cache(self):
        self._servers = [private_servers().redis_url(int(self._servers[0]))]
        return self._class(self._servers, **self._options)
