"""Addresses of the casebook: work, subjects' visits, forms and logs, queries, signing."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from .pages import drafts, home, logs, queries, sheets, signing, trail


class NumberConverter(IntConverter):
    """Number of a form at its place: 1 to 999."""

    regex = "[1-9][0-9]{0,2}"


register_converter(NumberConverter, "number")

FORM = "subjects/<str:subject>/visits/<str:visit>/<str:form>/"
ENTRY = "subjects/<str:subject>/<str:log>/<number:seq>/"


def _under_form(rest: str, view, name: str) -> list:
    """An address under a form, with and without its number at the visit."""
    return [path(f"{FORM}{rest}", view, name=name), path(f"{FORM}<number:seq>/{rest}", view, name=name)]


urlpatterns = [
    path("", home.worklist, name="worklist"),
    path("find/", home.find, name="find"),
    path("queries/", queries.queries, name="queries"),
    path("queries/<int:query>/", queries.query, name="query"),
    path("sign/", signing.sign, name="sign"),
    path("sign/confirm/", signing.sign_confirm, name="sign-confirm"),
    path("subjects/<str:subject>/visits/<str:visit>/", sheets.visit, name="visit"),
    *_under_form("draft/", drafts.keep, "draft"),
    *_under_form("draft/discard/", drafts.discard, "draft-discard"),
    *_under_form("history/", trail.history, "field-history"),
    *_under_form("queries/", trail.ask, "raise-query"),
    *_under_form("not-done/", logs.not_done, "not-done"),
    *_under_form("", sheets.form, "form"),
    path(f"{ENTRY}draft/", drafts.keep_entry, name="entry-draft"),
    path(f"{ENTRY}draft/discard/", drafts.discard_entry, name="entry-draft-discard"),
    path(f"{ENTRY}history/", trail.entry_history, name="entry-history"),
    path(f"{ENTRY}queries/", trail.ask_entry, name="raise-entry-query"),
    path(f"{ENTRY}withdraw/", logs.withdraw, name="withdraw"),
    path(ENTRY, sheets.log_entry, name="log-entry"),
    path("subjects/<str:subject>/history/", trail.subject_history, name="subject-history"),
    path("subjects/<str:subject>/<str:log>/", logs.log, name="log"),
]
