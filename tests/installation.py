"""A whole installation for tests that kill its parts: its own PostgreSQL and Valkey, web server, worker and beat.

The database is a copy of the test's, so that people and subjects are made by actions as everywhere. The parts
are killed as a power cut would (SIGKILL, children included) and started again at the same address.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psycopg2

from tests.database import TestDatabase
from trial_edc import embedded
from trial_edc.embedded_backend.base import private_servers
from trial_edc.embedded_host import free_port, server_program

PARTS = ("worker", "broker", "web", "database")
LEASE_SECONDS, SWEEP_SECONDS = 2, 1
TOKEN = "kill" * 8  # what Django's form protection compares: cookie and form field, nothing else


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Installation:
    """Parts by name; `sessions` maps a person's name to the key of a session that is signed in."""

    def __init__(self, folder: Path, sessions: dict[str, str]) -> None:
        self.folder, self.sessions = folder, sessions
        self.servers = embedded.Servers(folder / "var", durable=False)
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # -- life

    def begin(self, source: TestDatabase) -> None:
        self.servers.hold()
        copy_database(source, self.servers)
        self.start("web")
        self.start("worker")

    def end(self) -> None:
        for process in self.processes.values():
            _kill_group(process)
        self.servers.release()
        self.servers.delete()

    def start(self, part: str) -> None:
        if part in ("broker", "database"):
            again = embedded.Servers(self.servers.data_dir, durable=False)
            before = again.ports
            again.hold()
            assert again.ports == before, "a part comes back where the others look for it"
            again.release()
            return
        command = {
            "web": ["gunicorn", "trial_edc.wsgi", f"--bind=127.0.0.1:{self.port}", "--workers=1", "--threads=4"],
            "worker": [
                *("celery", "-A", "trial_edc", "worker", "--beat", "--concurrency=2", "--loglevel=INFO"),
                *("--without-mingle", "--without-gossip"),
                f"--schedule={self.folder / 'beat'}",
            ],
        }[part]
        with open(self.folder / f"{part}.log", "ab") as log:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if part == "web":
            await_true(self.answers)

    def kill(self, part: str) -> None:
        """End a part and all its children at once, without any notice."""
        if part in self.processes:
            _kill_group(self.processes[part])
            return
        pid_file = {
            "database": self.servers.pgdata / "postmaster.pid",
            "broker": self.servers.valkey_dir / "valkey.pid",
        }
        first = int(pid_file[part].read_text().split()[0])
        family = [first, *_children(first)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await_true(lambda: not any(_is_alive(pid) for pid in family))

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.servers.database_url(),
            "REDIS_URL": self.servers.redis_url(),
            "EDC_DATA_DIR": str(self.folder / "files"),
            "EDC_JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "EDC_JOB_SWEEP_SECONDS": str(SWEEP_SECONDS),
            "DJANGO_SETTINGS_MODULE": "trial_edc.settings",
        }

    # -- people

    def answers(self) -> bool:
        try:
            return self.get("/signin/")[0] in (200, 302)
        except OSError:
            return False

    def get(self, path: str, *, by: str = "") -> tuple[int, bytes]:
        return self._ask(Request(self._url(path), headers=self._cookies(by)))

    def post(self, path: str, *, by: str, **fields: str) -> tuple[int, bytes]:
        """Post a form as the person; raises OSError when the web server does not answer."""
        data = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
        return self._ask(Request(self._url(path), data=data, headers=self._cookies(by)))

    def _ask(self, request: Request) -> tuple[int, bytes]:
        try:
            with build_opener(_NoRedirects).open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as answer:
            return answer.code, answer.read()

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _cookies(self, by: str) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.sessions[by]}; csrftoken={TOKEN}"} if by else {}

    # -- the record

    def rows(self, sql: str, *values: Any) -> list[tuple]:
        with contextlib.closing(self.servers.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def states(self) -> dict[int, str]:
        return dict(self.rows("SELECT id, state FROM reports_reportrun"))

    def await_all_over(self, seconds: float = 180) -> dict[int, str]:
        """Wait until no report is under way. Returns their states."""
        await_true(lambda: not set(self.states().values()) & {"requested", "running"}, seconds)
        return self.states()

    def log(self, part: str) -> str:
        return (self.folder / f"{part}.log").read_text(errors="replace")


@contextlib.contextmanager
def installed(source: TestDatabase, sessions: dict[str, str]) -> Iterator[Installation]:
    """An installation that runs, with what is committed in `source`; gone afterwards."""
    # Not below pytest's folders: their parents are closed, and the servers run as an ordinary user.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        one = Installation(folder, sessions)
        try:
            one.begin(source)
            yield one
        finally:
            one.end()


def copy_database(source: TestDatabase, to: embedded.Servers) -> None:
    """The whole database, owners and rights included, into the empty one of other servers."""
    servers = private_servers()
    program = {name: str(server_program(name, servers.home, servers.account)) for name in ("pg_dump", "psql")}
    dump = subprocess.run([program["pg_dump"], source.dsn("postgres")], capture_output=True, check=True)
    target = to.database_url(embedded.SUPERUSER)
    arguments = ["--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", target]
    subprocess.run([program["psql"], *arguments], input=dump.stdout, stdout=subprocess.DEVNULL, check=True)


def await_true(condition: Callable[[], object], seconds: float = 180) -> None:
    """Ask until it is so; a connection that breaks meanwhile is asked again."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(psycopg2.Error):
            if condition():
                return
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def _is_alive(pid: int) -> bool:
    """Whether the process is there and no zombie that waits for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
