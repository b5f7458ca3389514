"""`/healthz`: does this installation work? For load balancers and people, without signing in."""

from collections.abc import Callable

import psycopg2
import redis
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError as BrokerError

from trial_edc.celery import app

WORKER_SECONDS = 1.0  # a worker that is alive answers within milliseconds, busy or not


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def broker_answers() -> bool:
    with app.connection_for_read(connect_timeout=WORKER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=WORKER_SECONDS)
        return bool(broker.default_channel.client.ping())


def worker_answers() -> bool:
    """Whether any worker answers; the first answer is enough."""
    return bool(app.control.broadcast("ping", reply=True, timeout=WORKER_SECONDS, limit=1))


def _state(answers: Callable[[], bool]) -> str:
    try:
        return "ok" if answers() else "down"
    except (DatabaseError, psycopg2.Error, redis.RedisError, BrokerError, OSError):
        return "down"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """State of database, broker and worker: "ok" or "down", without any detail.

    200 with status "ok" when all work, 200 with "degraded" when only the worker is missing (pages work, jobs
    wait), 503 with "down" when pages cannot work.
    """
    states = {"database": _state(database_answers), "broker": _state(broker_answers)}
    states["worker"] = _state(worker_answers) if states["broker"] == "ok" else "down"
    works = states["database"] == states["broker"] == "ok"
    status = "down" if not works else "ok" if states["worker"] == "ok" else "degraded"
    return JsonResponse({"status": status, **states}, status=200 if works else 503)
