"""The deployment files say what the product needs and hold no secret."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import yaml

from trial_edc import embedded
from trial_edc.embedded_backend.base import private_servers
from trial_edc.embedded_host import server_program

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
APPLICATION = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE)


def test_every_part_of_the_product_is_a_service(compose):
    assert set(compose["services"]) == {"proxy", *APPLICATION, "database", "redis"}


def test_only_the_proxy_is_reached_from_outside(compose):
    services = compose["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["proxy"]["networks"] == ["front"]
    assert [name for name in services if services[name]["networks"] == ["back"]] == [
        "worker", "beat", "migrate", "database", "redis",
    ]  # fmt: skip


def test_every_secret_is_asked_for_with_a_sentence_and_has_no_default():
    used = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE)
    secrets = {name for name, _ in used if re.search("PASSWORD|KEY|URL", name)}

    assert {"SECRET_KEY", "SECOND_FACTOR_KEYS", "EDC_APP_PASSWORD", "EDC_OWNER_PASSWORD"} <= secrets
    assert {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "EDC_PUBLIC_URL"} <= secrets
    assert [name for name, rest in used if name in secrets and not rest.startswith(":?Set ")] == []


def test_only_migrate_knows_the_owner(compose):
    knows = [name for name in APPLICATION if "DATABASE_OWNER_URL" in compose["services"][name]["environment"]]

    assert knows == ["migrate"]


def test_web_and_worker_start_with_what_compose_gives_them(compose):
    """The environment, its secrets filled in, passes the start-up checks of production."""
    for name in APPLICATION:
        given = compose["services"][name]["environment"]
        filled = {variable: fill(value) for variable, value in given.items()}
        filled |= {"PATH": "/usr/bin:/bin", "EDC_DATA_DIR": "/nonexistent"}
        command = [sys.executable, "-c", "import trial_edc.wsgi"]

        result = subprocess.run(command, env=filled, cwd=ROOT, capture_output=True, text=True, check=False)

        assert result.returncode == 0, f"{name}: {result.stderr}"


def fill(value: str) -> str:
    """A compose value with each variable set to a long word, addresses to an https address."""
    address, word = "https://edc.example.org", "h" * 30 + "{}" + "x" * 30
    value = re.sub(r"\$\{EDC_PUBLIC_URL[^}]*\}", address, str(value))
    value = re.sub(r"\$\{EMAIL_URL[^}]*\}", "smtp+tls://edc:word@mail.example.org:587", value)
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: word.format(found[1].lower()), value)


def test_application_containers_can_change_nothing_but_their_data(compose):
    for name in APPLICATION:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["data:/data"]


def test_both_ways_to_run_order_text_alike(compose):
    arguments = compose["services"]["database"]["environment"]["POSTGRES_INITDB_ARGS"]
    with private_servers().connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("b", "C.UTF-8")

    assert {"--locale-provider=builtin", "--builtin-locale=C.UTF-8"} <= set(arguments.split())


def test_the_roles_script_makes_two_roles_of_a_bare_database(fresh_database):
    """Run for real with the psql of the private server; the roles' passwords are put back afterwards."""
    servers = private_servers()
    psql = server_program("psql", servers.home, servers.account)
    environment = {
        "PATH": f"{psql.parent}:/usr/bin:/bin",
        "PGHOST": "127.0.0.1", "PGPORT": str(servers.ports["postgres"]),
        "PGPASSWORD": servers.secrets["postgres"], "POSTGRES_DB": fresh_database.name,
        "EDC_OWNER_PASSWORD": servers.secrets["edc_owner"], "EDC_APP_PASSWORD": servers.secrets["edc_app"],
        "EDC_RIGHTS_FILE": str(embedded.RIGHTS),
    }  # fmt: skip

    script = ROOT / "deploy" / "database-roles"
    subprocess.run([script], env=environment, check=True, capture_output=True, timeout=30)

    with fresh_database.connect("edc_owner") as owner:
        owner.cursor().execute("CREATE TABLE made_by_owner (id bigserial)")
    with fresh_database.connect("edc_app") as app, app.cursor() as cursor:
        cursor.execute("INSERT INTO made_by_owner DEFAULT VALUES")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("TRUNCATE made_by_owner")


def test_a_backup_restored_as_documented_keeps_data_and_rights(fresh_database, owner_connection):
    """The commands of docs/operations.md with the client programs of the private server."""
    servers = private_servers()
    folder = server_program("pg_dump", servers.home, servers.account).parent
    environment = {"PGPASSWORD": servers.secrets["postgres"], "PATH": "/usr/bin:/bin"}
    address = ["--host=127.0.0.1", f"--port={servers.ports['postgres']}", "--username=postgres"]
    owner_connection.cursor().execute("CREATE TABLE entered AS SELECT 42 AS answer")
    owner_connection.close()

    def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
        command = [folder / program, *address, *arguments]
        return subprocess.run(command, env=environment, input=given, check=True, capture_output=True).stdout

    dump = run("pg_dump", "--format=custom", fresh_database.name)
    run("dropdb", "--force", fresh_database.name)
    run("pg_restore", "--dbname=postgres", "--create", "--exit-on-error", given=dump)

    with fresh_database.connect("edc_app") as app, app.cursor() as cursor:
        cursor.execute("SELECT answer FROM entered")
        assert cursor.fetchone() == (42,)
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'entered'")
        assert cursor.fetchone() == ("edc_owner",)
        cursor.execute("SELECT datacl::text FROM pg_database WHERE datname = current_database()")
        assert "{=" not in cursor.fetchone()[0]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("TRUNCATE entered")


def test_every_setting_of_the_deployment_is_documented(compose):
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    used = {name for service in APPLICATION for name in compose["services"][service]["environment"]}

    assert used - documented == set()


def test_the_image_runs_as_an_ordinary_user_and_holds_no_secret():
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert dockerfile.rstrip().splitlines()[-3] == "USER edc"
    assert "--require-hashes" in dockerfile
    assert not re.search(r"SECRET_KEY|PASSWORD", dockerfile)
    assert {".env", "var", ".git"} <= set((ROOT / ".dockerignore").read_text().split())


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_every_package_by_hash_and_name_no_address(name):
    text = (ROOT / name).read_text()
    pinned = re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)

    assert len(pinned) > 40
    assert "://" not in text
    assert len(re.findall(r" \\\n    --hash=sha256:", text)) >= len(pinned)
