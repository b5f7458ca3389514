import psycopg2
import pytest
from django.db import connection


def test_web_connects_as_a_role_that_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE relowner = current_user::regrole")
        role, n_owned = cursor.fetchone()

    assert (role, n_owned) == ("edc_app", 0)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "TRUNCATE django_session",
        "ALTER TABLE django_session DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE edc_owner",
        "DROP TABLE django_session",
        "COPY django_session TO PROGRAM 'cat'",
    ],
)
def test_app_role_is_refused(fresh_database, statement):
    with (
        fresh_database.connect("edc_app") as app,
        app.cursor() as cursor,
        pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedFunction)),
    ):
        cursor.execute(statement)


def test_app_role_writes_rows_of_tables_the_owner_makes(fresh_database, owner_connection):
    owner_connection.cursor().execute("CREATE TABLE later (id bigserial PRIMARY KEY, word text)")

    with fresh_database.connect("edc_app") as app, app.cursor() as cursor:
        cursor.execute("INSERT INTO later (word) VALUES ('a'); UPDATE later SET word = 'b'")
        cursor.execute("SELECT word FROM later")

        assert cursor.fetchall() == [("b",)]


def test_a_wrong_password_is_refused_on_the_same_machine(fresh_database):
    wrong = fresh_database.dsn("edc_app").replace("edc_app:", "edc_app:x", 1)

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong)


def test_a_clone_is_closed_to_other_roles(fresh_database, superuser_dsn):
    with psycopg2.connect(superuser_dsn) as superuser, superuser.cursor() as cursor:
        cursor.execute("SELECT datacl::text FROM pg_database WHERE datname = current_database()")
        (rights,) = cursor.fetchone()

    assert "{=" not in rights
    assert ",=" not in rights
