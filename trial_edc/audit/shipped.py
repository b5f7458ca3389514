"""The SQL this app ships: scripts for migrations, function bodies to compare with the live catalogue."""

import re
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parent / "sql"
_FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION public\.(?P<name>\w+)\((?:(?!^CREATE ).)*?\$body\$(?P<body>.*?)\$body\$;",
    re.DOTALL | re.MULTILINE,
)


def script(name: str) -> str:
    """Text of one SQL script, for example ``script("capture")``."""
    return (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")


@cache
def function_bodies() -> dict[str, str]:
    """Body of every function the scripts make, by name, as `pg_proc.prosrc` holds it."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.sql")))
    return {found["name"]: found["body"] for found in _FUNCTION.finditer(text)}
