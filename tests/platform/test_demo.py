"""`make demo` on a machine of its own: comes up, keeps what was entered, stops all it started."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from trial_edc.embedded import Servers
from trial_edc.embedded_host import free_port, port_is_free

ROOT = Path(__file__).resolve().parents[2]
PUT_BY = ("TEST_RUN", "EDC_", "DATABASE_", "REDIS_", "DJANGO_", "PYTEST_")  # what our own run has set


@pytest.fixture
def machine() -> Iterator[dict[str, str]]:
    """An environment with a data directory and a port of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PUT_BY)}
        yield {**kept, "EDC_DATA_DIR": f"{folder}/var", "PORT": str(free_port())}
        with contextlib.suppress(FileNotFoundError):
            Servers(Path(folder) / "var").delete()


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    """The demo in a session of its own, as a terminal would start it, once it says that it is running."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", environment["PORT"]],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            return process
    raise AssertionError(f"the demo ended: {''.join(said)}")


def stop(process: subprocess.Popen[str]) -> int:
    """Ctrl-C in its terminal. Returns the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    process.stdout.read()
    return process.wait(30)


def health(environment: dict[str, str]) -> dict[str, str]:
    with urlopen(f"http://127.0.0.1:{environment['PORT']}/healthz", timeout=10) as answer:
        return json.load(answer)


def reset(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "demo", "--reset"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def kill_web(process: subprocess.Popen[str]) -> None:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    web = next(pid for pid in children if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(int(web), signal.SIGKILL)


def test_it_comes_up_whole_stops_whole_and_keeps_what_was_entered(machine):
    """One long life, because each first start seeds a study."""
    servers = Servers(Path(machine["EDC_DATA_DIR"]))
    demo = start(machine)
    assert set(health(machine).values()) == {"ok"}
    servers.connect("edc_owner").cursor().execute("CREATE TABLE entered AS SELECT 42 AS answer")
    assert "in use" in reset(machine).stderr

    assert stop(demo) == 0
    ports = [int(machine["PORT"]), *servers.ports.values()]
    assert [port for port in ports if not port_is_free(port)] == []

    demo = start(machine)
    with servers.connect("edc_app") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM entered")
        assert cursor.fetchone() == (42,)

    kill_web(demo)
    assert "The web process ended with code -9." in demo.stdout.read()
    assert demo.wait(30) == 1
    assert [port for port in ports if not port_is_free(port)] == []

    assert reset(machine).returncode == 0
    assert list(Path(machine["EDC_DATA_DIR"]).rglob("postgres")) == []


def test_a_port_in_use_is_named_with_another_to_take(machine, site_url):
    machine["PORT"] = site_url.rpartition(":")[2]

    result = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", machine["PORT"]],
        cwd=ROOT, env=machine, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert result.returncode == 1
    assert f"Port {machine['PORT']} is in use." in result.stderr
    assert f"PORT={int(machine['PORT']) + 1} make demo" in result.stderr
