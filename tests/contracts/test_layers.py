"""Who may import whom, read from the source: the rules of the architecture page."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TRIAL = ("subjects", "adverse_events", "assessments")
PURE = (
    "trial_edc.protocol",
    "trial_edc.calculators",
    *(f"assessments.{name}" for name in ("recist", "kinetics", "day_28", "kinetics_math", "endpoints", "survival")),
    *(f"assessments.{name}" for name in ("analysis_sets", "partial_dates", "calculators")),
    *(f"adverse_events.{name}" for name in ("ctcae", "ctcae_lab", "ctcae_data", "astct", "dose_escalation")),
    "adverse_events.calculators",
)
# Lower number, lower layer. A package may import its own layer's own package and everything below.
LAYERS = {
    "trial_edc.protocol": 0,
    "trial_edc.accounts": 1,
    "trial_edc.audit": 1,
    "trial_edc.notices": 2,
    "trial_edc.crf": 2,
    "trial_edc.casebook": 3,
    "trial_edc.reports": 4,
    "trial_edc.exports": 5,
    "subjects": 6,
    "adverse_events": 7,
    "assessments": 7,
}
NOT_DJANGO = ("django", "psycopg2", "celery", "redis")


def sources():
    for package in ("trial_edc", *TRIAL):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, module_name(path)


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path, module):
    """Absolute names of everything a file imports, those inside functions included; type-only imports are
    not.
    """
    tree = ast.parse(path.read_text())
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    skipped = typing_only(tree)
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def typing_only(tree):
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)]
    return {id(inner) for block in blocks for inner in ast.walk(block)}


def layer_of(name):
    return next((layer for layer in LAYERS if name == layer or name.startswith(f"{layer}.")), None)


def is_pure(name):
    return any(name == pure or name.startswith(f"{pure}.") for pure in PURE)


def test_the_rules_see_the_source():
    assert len(list(sources())) > 80


@pytest.mark.parametrize(("path", "module"), [pytest.param(*pair, id=pair[1]) for pair in sources()])
def test_imports_point_down(path, module):
    own = layer_of(module)
    wrong = [
        name
        for name in imports(path, module)
        if own
        and not is_pure(name)
        and (other := layer_of(name))
        and other != own
        and LAYERS[other] >= LAYERS[own]
        and {own, other} != {"trial_edc.accounts", "trial_edc.audit"}
    ]

    assert not wrong, f"{module} imports {', '.join(wrong)}"


@pytest.mark.parametrize(("path", "module"), [pytest.param(*pair, id=pair[1]) for pair in sources()])
def test_the_machine_does_not_name_the_trial(path, module):
    if not module.startswith("trial_edc.") or module == "trial_edc.urls":
        return
    wrong = [name for name in imports(path, module) if name.split(".")[0] in TRIAL and not is_pure(name)]

    assert not wrong, f"{module} imports {', '.join(wrong)}"


@pytest.mark.parametrize(("path", "module"), [pytest.param(*p, id=p[1]) for p in sources() if is_pure(p[1])])
def test_pure_modules_know_no_framework(path, module):
    wrong = [name for name in imports(path, module) if name.split(".")[0] in NOT_DJANGO]

    assert not wrong, f"{module} imports {', '.join(wrong)}"


@pytest.mark.parametrize(
    ("path", "module"),
    [pytest.param(*p, id=p[1]) for p in sources() if ".pages" in p[1] or p[1].endswith(".views")],
)
def test_views_neither_query_nor_write(path, module):
    text = path.read_text()

    assert ".objects" not in text
    assert ".save(" not in text
    assert "cursor(" not in text
