"""What a browser has to fetch before anybody can work: budgets in KB of gzip."""

import gzip
from pathlib import Path

import django_htmx
import pytest

from trial_edc import fonts

ROOT = Path(__file__).resolve().parents[2]
HTMX = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"


def weight(paths):
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths) / 1024


def test_style_sheets_weigh_at_most_40_kb():
    assert weight((ROOT / "static/css").glob("*.css")) <= 40


def test_scripts_with_htmx_weigh_at_most_70_kb():
    assert weight([HTMX, *(ROOT / "static/js").glob("*.js")]) <= 70


def test_the_fonts_weigh_at_most_60_kb(tmp_path):
    fonts.make(tmp_path)
    found = list((tmp_path / "fonts").glob("*.woff2"))

    assert len(found) == len(fonts.WEIGHTS)
    assert sum(path.stat().st_size for path in found) / 1024 <= 60


@pytest.mark.parametrize("part", ["style=", "<style", "javascript:", "onclick=", "onload=", "onchange=", "onsubmit="])
def test_no_template_needs_inline_style_or_script(part):
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "pdf" not in path.parts]
    with_it = [path for path in pages if part in path.read_text()]

    assert not with_it


def test_every_script_of_a_template_is_a_file():
    for path in (ROOT / "templates").rglob("*.html"):
        for tag in path.read_text().split("<script")[1:]:
            assert "src=" in tag.split(">")[0], path
