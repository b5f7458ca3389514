"""The private servers: started when needed, stopped by the last one to leave, closed to everybody else."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from trial_edc import embedded_host
from trial_edc.embedded import Servers
from trial_edc.embedded_host import CannotStart, is_open_to_others, port_is_free, service_home

USE_AND_LEAVE = """
import sys
from pathlib import Path
from trial_edc.embedded import Servers
servers = Servers(Path(sys.argv[1]), durable=False)
servers.hold()
servers.connect("edc_app").cursor().execute("SELECT 1")
"""


@contextlib.contextmanager
def new_servers():
    """Servers of a new data directory, not started; deleted afterwards."""
    # Not pytest's tmp_path: its parents are closed, and most tests look at an ordinary place.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Servers(Path(folder) / "var", durable=False)
        yield made
        made.release()
        made.delete()


@pytest.fixture(scope="module")
def servers():
    """Servers that run for all tests of this file; those that stop theirs make their own."""
    with new_servers() as made:
        made.hold()
        yield made


@pytest.fixture
def own_servers():
    """Servers of this test alone, not started."""
    with new_servers() as made:
        yield made


@pytest.fixture
def data_dir(servers):
    return servers.data_dir


def answers(servers: Servers) -> bool:
    try:
        servers.connect("edc_app").close()
    except psycopg2.OperationalError:
        return False
    return True


def test_secrets_are_for_their_owner_alone(servers, data_dir):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data_dir.glob("*.json")}

    assert modes == {"secrets.json": 0o600, "ports.json": 0o600}
    assert stat.S_IMODE(servers.home.stat().st_mode) == 0o700


def test_no_password_is_written_in_a_log_or_on_a_command_line(servers):
    written = "".join(path.read_text() for path in (servers.home / "postgres.log", servers.data_dir / "servers.log"))
    commands = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout

    assert not [name for name, secret in servers.secrets.items() if secret in written + commands]


def test_servers_run_as_an_ordinary_user_and_listen_on_this_machine_alone(servers):
    postmaster = int((servers.pgdata / "postmaster.pid").read_text().split()[0])
    with servers.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE category LIKE 'Connections%Settings'")
        settings = dict(cursor.fetchall())

    assert Path(f"/proc/{postmaster}").stat().st_uid != 0
    assert (settings["listen_addresses"], settings["unix_socket_directories"]) == ("127.0.0.1", "")


def test_valkey_asks_for_its_password(servers):
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=servers.ports["valkey"]).ping()

    assert redis.Redis.from_url(servers.redis_url()).ping()


def test_another_process_finds_them_running_and_leaves_them_so(servers, data_dir):
    before = (servers.pgdata / "postmaster.pid").read_text()

    subprocess.run([sys.executable, "-c", USE_AND_LEAVE, str(data_dir)], check=True)

    assert (servers.pgdata / "postmaster.pid").read_text() == before
    assert answers(servers)


def test_they_cannot_be_deleted_while_in_use(servers, data_dir):
    with pytest.raises(CannotStart, match="in use"):
        Servers(data_dir).delete()

    assert answers(servers)


def test_the_last_to_leave_stops_them_and_the_data_stays(own_servers):
    own_servers.hold()
    own_servers.connect("edc_owner").cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    ports = own_servers.ports

    own_servers.release()

    assert not answers(own_servers)
    assert all(port_is_free(port) for port in ports.values())
    own_servers.hold()
    with own_servers.connect("edc_app") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    assert own_servers.ports == ports


def test_a_killed_user_does_not_hold_them_for_ever(own_servers):
    killed = USE_AND_LEAVE + "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", killed, str(own_servers.data_dir)], check=False)
    assert answers(own_servers)

    own_servers.hold()
    own_servers.release()

    assert not answers(own_servers)


def test_a_killed_postgres_is_started_again_with_what_was_committed(own_servers):
    own_servers.hold()
    own_servers.connect("edc_owner").cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(int((own_servers.pgdata / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    read_again = USE_AND_LEAVE + "servers.connect('edc_app').cursor().execute('SELECT answer FROM kept')"
    result = subprocess.run([sys.executable, "-c", read_again, str(own_servers.data_dir)], check=False)

    assert result.returncode == 0


def test_a_taken_port_is_given_up_for_a_free_one(own_servers):
    wanted = own_servers.ports
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", wanted["postgres"]))
        somebody.listen()

        own_servers.hold()

        assert answers(own_servers)
        assert own_servers.ports["postgres"] != wanted["postgres"]
        assert own_servers.ports["valkey"] == wanted["valkey"]


def test_deleting_leaves_no_file_and_no_password(own_servers):
    own_servers.hold()
    home = own_servers.home
    own_servers.release()

    own_servers.delete()

    assert not home.exists()
    assert [path for path in own_servers.data_dir.iterdir() if path.suffix != ".lock"] == []


def test_a_command_starts_what_it_needs_and_stops_it_again(own_servers):
    command = [sys.executable, "manage.py", "showmigrations", "contenttypes"]
    environment = {"EDC_DATA_DIR": str(own_servers.data_dir), "PATH": "/usr/bin:/bin"}

    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert "[ ] 0001_initial" in result.stdout
    assert own_servers.pgdata.exists()
    assert not answers(own_servers)


def test_loading_settings_touches_no_file_and_starts_no_server(own_servers):
    command = [sys.executable, "-c", "import django; django.setup()"]
    environment = {"EDC_DATA_DIR": str(own_servers.data_dir), "PATH": "/usr/bin:/bin"}

    subprocess.run(command, env={**environment, "DJANGO_SETTINGS_MODULE": "trial_edc.settings"}, check=True)

    assert not own_servers.data_dir.exists()


def test_ordinary_users_keep_the_servers_files_in_the_data_directory(tmp_path):
    closed = tmp_path / "home" / "checkout" / "var"
    closed.mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)

    assert service_home(closed, as_root=False) == closed / "servers"


def test_root_below_a_closed_home_keeps_them_elsewhere_and_opens_nothing(tmp_path):
    closed = tmp_path / "home" / "checkout" / "var"
    closed.mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)

    home = service_home(closed, as_root=True)

    assert home.parent == embedded_host.SERVICE_ROOT
    assert home == service_home(closed, as_root=True)
    assert home != service_home(closed.with_name("other"), as_root=True)
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert not is_open_to_others(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_root_below_a_closed_home_gets_servers_all_the_same(tmp_path):
    (tmp_path / "home").mkdir(mode=0o700)
    servers = Servers(tmp_path / "home" / "var", durable=False)
    servers.hold()

    assert answers(servers)
    assert servers.home.is_relative_to(embedded_host.SERVICE_ROOT)
    servers.release()
    servers.delete()
    assert not servers.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_files_of_another_user_are_left_alone_with_a_sentence(own_servers):
    own_servers.home.mkdir()
    os.chown(own_servers.home, 12345, 12345)

    with pytest.raises(CannotStart, match="belongs to user 12345"):
        own_servers.hold()
