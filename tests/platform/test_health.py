"""/healthz says whether pages and jobs work, and nothing more."""

import json
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg2
import pytest

from trial_edc.embedded_backend.base import private_servers
from trial_edc.embedded_host import free_port


def ask(url: str) -> tuple[int, dict[str, str]]:
    try:
        with urlopen(f"{url}/healthz", timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as answer:
        return answer.code, json.load(answer)


@pytest.fixture
def processes(fresh_database):
    """Start processes of the product on the fresh database; all are ended afterwards."""
    started = []

    def start(*command: str, **environment: str) -> subprocess.Popen:
        values = {**fresh_database.environment(), **environment}
        started.append(subprocess.Popen([sys.executable, "-m", *command], env=values, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def await_answer(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def listens(url: str) -> bool:
    try:
        ask(url)
    except OSError:
        return False
    return True


def test_without_a_worker_pages_work_and_jobs_wait(site_url):
    assert ask(site_url) == (200, {"status": "degraded", "database": "ok", "broker": "ok", "worker": "down"})


def test_all_is_well_once_a_worker_answers(site_url, processes):
    processes("celery", "-A", "trial_edc", "worker", "--concurrency=1", "--loglevel=ERROR")

    await_answer(lambda: ask(site_url)[1]["worker"] == "ok")
    assert ask(site_url) == (200, {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"})


def test_without_its_database_the_site_is_down(fresh_database, processes):
    url = f"http://127.0.0.1:{free_port()}"
    processes("gunicorn", "trial_edc.wsgi", f"--bind={url.removeprefix('http://')}", "--log-level=critical")
    await_answer(lambda: listens(url))
    servers = private_servers()
    with psycopg2.connect(fresh_database.dsn("postgres")) as superuser, superuser.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {fresh_database.name} CONNECTION LIMIT 0")
        own = "datname = current_database() AND usename = 'edc_app'"  # other tests use the same server
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")

    assert ask(url) == (503, {"status": "down", "database": "down", "broker": "ok", "worker": "down"})
    assert servers.secrets["edc_app"] not in json.dumps(ask(url)[1])


def test_without_its_broker_the_site_is_down(processes):
    url = f"http://127.0.0.1:{free_port()}"
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    processes("gunicorn", "trial_edc.wsgi", f"--bind={url.removeprefix('http://')}", REDIS_URL=nowhere)
    await_answer(lambda: listens(url))

    assert ask(url) == (503, {"status": "down", "database": "ok", "broker": "down", "worker": "down"})


def test_it_is_asked_not_told(client, db):
    assert client.post("/healthz").status_code == 405
