"""`make demo`: the whole product on one machine, from nothing to a page in the browser.

Starts the private servers, migrates, seeds, collects static files, runs the web and the worker process until
Ctrl-C, and stops all it started. What was entered stays in EDC_DATA_DIR.
"""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command, get_commands

from trial_edc import embedded
from trial_edc.embedded_host import CannotStart, port_is_free
from trial_edc.protocol import STUDIES

START_SECONDS = 120
STOP_SECONDS = 15


class Stopped(Exception):
    """Somebody asked the demo to stop."""


def run(*, port: int, say: Callable[[str], object]) -> int:
    """Run the demo until it is stopped. Returns the exit code: 0 when asked to stop, 1 when a process ended.

    Raises:
        CannotStart: a server or the port cannot be had; the message says what to do.
    """
    if settings.DATABASES["default"]["ENGINE"] != "trial_edc.embedded_backend":
        raise CannotStart("The demo has a database of its own. Unset DATABASE_URL and run it again.")
    if not port_is_free(port):
        raise CannotStart(f"Port {port} is in use. Stop what uses it, or choose another: PORT={port + 1} make demo")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    servers = embedded.servers(settings.EDC_DATA_DIR)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        servers.hold()
        sign_ins = _prepare(say)
        children = _start_processes(servers, port)
        _await_health(children, port)
        say(f"\nTrial EDC is running: http://127.0.0.1:{port}/\n{sign_ins}")
        say("Ctrl-C stops it; what you entered stays.")
        return _watch(children, say)
    except Stopped:
        say("Stopping.")
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave servers behind
        _stop_processes(children.values())
        servers.release()


def reset(*, say: Callable[[str], object]) -> None:
    """Delete the demo's servers and files, not those of tests or other studies. Raises CannotStart when it runs."""
    data_dir: Path = settings.EDC_DATA_DIR
    embedded.servers(data_dir).delete()
    for path in data_dir.iterdir():
        if path.name == "test" or path.name in STUDIES:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    say("The demo's data is gone. `make demo` starts over.")


def _prepare(say: Callable[[str], object]) -> str:
    """Migrate, seed and collect static files. Returns what the seed says about signing in."""
    say("Preparing the database.")
    call_command("migrate", verbosity=0, interactive=False)
    said = io.StringIO()
    if "seed_demo" in get_commands():
        say("Seeding the demo study; a second run keeps what is there.")
        call_command("seed_demo", stdout=said)
    call_command("collectstatic", verbosity=0, interactive=False)
    return said.getvalue().strip()


def _start_processes(servers: embedded.Servers, port: int) -> dict[str, subprocess.Popen[bytes]]:
    addresses = {
        "DATABASE_URL": servers.database_url(),
        "REDIS_URL": servers.redis_url(settings.EDC_BROKER_DATABASE),
    }
    environment = {**os.environ, **addresses, "EDC_DATA_DIR": str(settings.EDC_DATA_DIR)}
    logs = settings.EDC_DATA_DIR / "logs"
    logs.mkdir(exist_ok=True)
    web = ["gunicorn", "trial_edc.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2", "--threads=4"]
    worker = ["celery", "-A", "trial_edc", "worker", "--beat", "--concurrency=1", "--loglevel=INFO"]
    worker.append(f"--schedule={settings.EDC_DATA_DIR / 'beat'}")
    started = {}
    for name, command in (("web", web), ("worker", worker)):
        with open(logs / f"{name}.log", "ab") as log:
            # A session of its own: Ctrl-C reaches us alone, and we stop them in order.
            started[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
    return started


def _await_health(children: dict[str, subprocess.Popen[bytes]], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for name, child in children.items():
            if child.poll() is not None:
                raise CannotStart(f"The {name} process ended at once: {_last_line(name)} ({_log(name)})")
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except (URLError, ConnectionError, TimeoutError):
            pass  # not listening yet, or still starting: asked again until the deadline
        time.sleep(0.2)
    raise CannotStart(f"The demo did not come up within {START_SECONDS} s. Its logs: {_log('web').parent}")


def _watch(children: dict[str, subprocess.Popen[bytes]], say: Callable[[str], object]) -> int:
    """Wait until one of the processes ends, which it should not."""
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                say(f"The {name} process ended with code {child.returncode}. Its log: {_log(name)}")
                return 1
        time.sleep(0.5)


def _stop_processes(children) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _last_line(name: str) -> str:
    lines = _log(name).read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")


def _log(name: str) -> Path:
    return settings.EDC_DATA_DIR / "logs" / f"{name}.log"


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
