"""Is everything a person reads translatable? `python -m tests.tools.translations` says what is not.

Three checks: text in templates stands inside {% translate %} or {% blocktranslate %}; messages, labels and
help texts in Python go through gettext; and a pseudo-locale, every text accented and longer, can be built.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
APPS = ("trial_edc", "subjects", "adverse_events", "assessments")
READ_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description", "label"}
SILENT_ELEMENTS = {"script", "style", "code", "svg", "kbd"}  # kbd: the names on a keyboard
VOID_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Calls whose text a person reads, and keywords of form fields; their literal must stand inside _().
READ_CALLS = {"ValidationError", "success", "info", "warning", "error", "add_error"}
READ_KEYWORDS = {"label", "help_text", "error_message"}
_TAG = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for a template variable or tag
_WORD = re.compile(r"(?!UTC\b)\b[^\W\d_]{2,}")  # UTC is the same in every language
_PLACEHOLDER = re.compile(r"(%\(\w+\)[#0\- +]?\d*\.?\d*[a-zA-Z]|%[sdr%]|\{[^{}]*\}|</?\w[^>]*>|&\w+;|\n)")
_ACCENTED = str.maketrans("aceginosuyzACEGINOSUYZ", "áçéĝíñóšúýžÁÇÉĜÍÑÓŠÚÝŽ")


class _VisibleText(HTMLParser):
    """Collects (line, text) a person would read. An element with translate="no" holds no language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        is_silent = bool(self._silent) or tag in SILENT_ELEMENTS or given.get("translate") == "no"
        if is_silent and tag not in VOID_ELEMENTS:
            self._silent.append(tag)
        elif not is_silent:
            for name in READ_ATTRIBUTES & given.keys():
                self.handle_data(given[name] or "")

    def handle_endtag(self, tag):
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data):
        if not self._silent and _WORD.search(data.replace(_TAG, " ")):
            self.found.append((self.getpos()[0], " ".join(data.split())))


def untranslated_in_template(source: str) -> list[tuple[int, str]]:
    """(line, text) of text outside translation tags in one template."""
    page, until = [], ""
    for token in Lexer(source).tokenize():
        lines = "\n" * token.contents.count("\n")
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = "" if name == until else until
            page.append(lines)
        elif name in ("blocktranslate", "blocktrans", "comment"):
            until = f"end{name}"
        elif token.token_type == TokenType.TEXT:
            page.append(token.contents)
        elif token.token_type != TokenType.COMMENT:
            page.append(_TAG + lines)
    parser = _VisibleText()
    parser.feed("".join(page))
    parser.close()
    return parser.found


def untranslated_in_python(source: str) -> list[tuple[int, str]]:
    """(line, text) of literals a person reads that do not go through gettext, in one module."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        read = [keyword.value for keyword in node.keywords if keyword.arg in READ_KEYWORDS]
        if called in READ_CALLS and not _is_logging(node.func):
            read += node.args[:2] if called == "add_error" else node.args[:1]
            read += node.args[1:2] if isinstance(node.func, ast.Attribute) else []
        for value in read:
            if text := _literal(value):
                found.append((value.lineno, text))
    return sorted(set(found))


def _is_logging(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and "log" in ast.unparse(function.value).lower()


def _literal(value: ast.expr) -> str:
    """The text of a literal sentence; names of fields, which are single words in lower case, are none."""
    if isinstance(value, ast.JoinedStr):
        text = "".join(str(part.value) for part in value.values if isinstance(part, ast.Constant))
    else:
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return text if _WORD.search(text) and not re.fullmatch(r"[a-z0-9_]+", text) else ""


def problems(root: Path = ROOT) -> Iterator[str]:
    """Sentences with file and line for all that is not translatable."""
    for path in sorted((root / "templates").rglob("*.html")):
        for line, text in untranslated_in_template(path.read_text()):
            yield f"{path.relative_to(root)}:{line}: outside translation tags: {text.replace(_TAG, '…')[:80]}"
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" in path.parts or "management" in path.parts:
                continue
            for line, text in untranslated_in_python(path.read_text()):
                yield f"{path.relative_to(root)}:{line}: not through gettext: {text[:80]}"


def pseudo(text: str) -> str:
    """The text accented and a third longer, its placeholders and tags untouched: "Save" gives "[Šávé··]"."""
    core = text.strip("\n")  # gettext wants line breaks at the ends kept as they are
    before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
    parts = _PLACEHOLDER.split(core)
    accented = [part if index % 2 else part.translate(_ACCENTED) for index, part in enumerate(parts)]
    return f"{before}[{''.join(accented)}{'·' * (1 + len(core) // 3)}]{after}"


def build_pseudo_locale(folder: Path, locale: str = "en_XA", *, root: Path = ROOT) -> int:
    """Extract every text below `root` into a catalogue below `folder`, pseudo-translate and compile it.

    Returns the number of texts. Raises CalledProcessError when extraction fails or a placeholder was broken.
    """
    (folder / locale / "LC_MESSAGES").mkdir(parents=True)
    extract = (
        "import sys, django; from django.test.utils import override_settings; django.setup()\n"
        "from django.core.management import call_command\n"
        "with override_settings(LOCALE_PATHS=[sys.argv[1]]):\n"
        "    ignored = ['.venv/*', 'var/*', 'node_modules/*', 'tests/*', 'staticfiles/*']\n"
        # A catalogue of the product's own, once there is one, would get the texts instead of ours.
        "    ignored += ['locale']\n"
        "    call_command('makemessages', locale=[sys.argv[2]], ignore_patterns=ignored, verbosity=0)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "trial_edc.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", extract, str(folder), locale]
    subprocess.run(command, cwd=root, env=environment, check=True)
    path = folder / locale / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return 0
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: pseudo(entry.msgid), 1: pseudo(entry.msgid_plural)}
        else:
            entry.msgstr = pseudo(entry.msgid)
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    catalogue.save()
    compiled = path.with_suffix(".mo")
    check = ["msgfmt", "--check-format", "--check-domain", "-o", str(compiled), str(path)]
    subprocess.run(check, check=True)
    return len(catalogue)


def main() -> int:
    found = list(problems())
    print("\n".join(found))
    with tempfile.TemporaryDirectory() as folder:
        n_texts = build_pseudo_locale(Path(folder))
    print(f"{len(found)} texts cannot be translated; the pseudo-locale has {n_texts}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
