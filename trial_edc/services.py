"""Where the database and the cache are, as Django settings made from the environment."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

# A private server takes these from its own files at the first connection.
PRIVATE_DATABASE = {"ENGINE": "trial_edc.embedded_backend", "NAME": "edc"}


def database_settings(env: Env) -> dict[str, dict[str, Any]]:
    """Connections `default` (role edc_app) and `owner` (role edc_owner).

    `owner` is there when DATABASE_OWNER_URL is set; web and worker get DATABASE_URL alone.

    Raises:
        ImproperlyConfigured: the address is not one of PostgreSQL.
    """
    url = env.str("DATABASE_URL", "")
    if not url:
        return {
            "default": {**PRIVATE_DATABASE, "USER": "edc_app"},
            "owner": {**PRIVATE_DATABASE, "USER": "edc_owner"},
        }
    found = {"default": _database("DATABASE_URL", url)}
    if owner_url := env.str("DATABASE_OWNER_URL", ""):
        found["owner"] = _database("DATABASE_OWNER_URL", owner_url)
    return found


def _database(variable: str, url: str) -> dict[str, Any]:
    scheme = url.partition(":")[0]
    if scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"{variable} names a {scheme} database. Only PostgreSQL is supported: its "
            "triggers, roles and constraints are part of the product. Set it to postgresql://user:password@host:5432/name."
        )
    return {**Env.db_url_config(url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def cache_settings(redis_url: str, number: int) -> dict[str, Any]:
    """The cache: a numbered database of REDIS_URL, or of the private Valkey."""
    if not redis_url:
        return {"BACKEND": "trial_edc.embedded_backend.cache.EmbeddedCache", "LOCATION": str(number)}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": numbered(redis_url, number)}


def numbered(redis_url: str, number: int) -> str:
    """The same Redis server with another database number: "redis://host/0", 1 gives "redis://host/1"."""
    return urlunsplit(urlsplit(redis_url)._replace(path=f"/{number}"))
