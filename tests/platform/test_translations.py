"""Everything a person reads can be translated, and the checker of that sees what it should."""

import gettext

import pytest

from tests.tools.translations import (
    build_pseudo_locale,
    problems,
    pseudo,
    untranslated_in_python,
    untranslated_in_template,
)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<h1>Subjects</h1>", [(1, "Subjects")]),
        ("<h1>{% translate 'Subjects' %}</h1>", []),
        ("{% blocktranslate %}\nTwo lines\n{% endblocktranslate %}\n<p>After</p>", [(4, "After")]),
        ("{% comment %}Why{% endcomment %}{# because #}<p>{{ name }}: 3 / 4</p>", []),
        ('<button aria-label="Close">×</button>', [(1, "Close")]),
        ("<button aria-label=\"{% translate 'Close' %}\">×</button>", []),
        ('<input placeholder="Search" class="field wide">', [(1, "Search")]),
        ("<script>let word = 1;</script><style>a { color: red }</style>", []),
        ('<abbr translate="no">mL</abbr><br><p>Text</p>', [(1, "Text")]),
        ("<kbd>Ctrl</kbd> <time>{{ at }} UTC</time>", []),
        ('{% if a %}<a href="/subjects/">{{ b }}</a>{% endif %}', []),
    ],
)
def test_text_outside_translation_tags_is_found(template, found):
    assert untranslated_in_template(template) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise ValidationError('Enter a date.')", [(1, "Enter a date.")]),
        ("raise ValidationError(_('Enter a date.'))", []),
        ("raise ValidationError(f'Enter {n} dates.')", [(1, "Enter  dates.")]),
        ("messages.success(request, 'Saved.')", [(1, "Saved.")]),
        ("entry.add_error('code', 'Wrong code.')", [(1, "Wrong code.")]),
        ("entry.add_error('code', _('Wrong code.'))", []),
        ("logger.warning('Cache is away.')", []),
        ("forms.CharField(label='Reason', help_text=_('Why?'))", [(1, "Reason")]),
    ],
)
def test_text_in_python_outside_gettext_is_found(source, found):
    assert untranslated_in_python(source) == found


def test_the_pseudo_locale_keeps_placeholders_and_tags():
    assert pseudo("Save") == "[Šávé··]"
    assert pseudo("\nSave\n") == "\n[Šávé··]\n"
    assert pseudo("%(n)d of {total} <b>on</b>").startswith("[%(n)d óf {total} <b>óñ</b>")


def test_everything_a_person_reads_can_be_translated():
    assert list(problems()) == []


def test_the_pseudo_locale_builds(tmp_path):
    n_texts = build_pseudo_locale(tmp_path)

    assert n_texts > 0
    catalogue = gettext.translation("django", tmp_path, ["en_XA"])
    assert len(catalogue._catalog) >= n_texts


def test_the_pseudo_locale_leaves_the_products_own_catalogues_alone(tmp_path):
    root, folder = tmp_path / "product", tmp_path / "pseudo"
    own = root / "locale" / "de" / "LC_MESSAGES"
    own.mkdir(parents=True)
    (own / "django.po").write_text('msgid "Site"\nmsgstr "Zentrum"\n')
    (root / "page.html").write_text('{% load i18n %}<p>{% translate "Site" %}</p>')

    n_texts = build_pseudo_locale(folder, root=root)

    assert n_texts == 1
    assert gettext.translation("django", folder, ["en_XA"]).gettext("Site") == pseudo("Site")
    assert [path.name for path in (root / "locale").iterdir()] == ["de"]
