"""The SQL this app ships: scripts for migrations, function bodies to compare with the live catalogue."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parent / "sql"
_FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION public\.(?P<name>\w+)\((?P<header>(?:(?!^CREATE ).)*?)"
    r"\$body\$(?P<body>.*?)\$body\$;",
    re.DOTALL | re.MULTILINE,
)


def script(name: str) -> str:
    """Text of one SQL script, for example ``script("capture")``."""
    return (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class ShippedFunction:
    """A function of the scripts: `body` as `pg_proc.prosrc` holds it, and whether it runs as its owner."""

    body: str
    as_owner: bool


@cache
def shipped_functions() -> dict[str, ShippedFunction]:
    """Every function the scripts make, by name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.sql")))
    return {
        found["name"]: ShippedFunction(body=found["body"], as_owner="SECURITY DEFINER" in found["header"])
        for found in _FUNCTION.finditer(text)
    }
