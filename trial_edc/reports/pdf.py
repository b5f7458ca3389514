"""HTML to PDF. The renderer fetches nothing: no address, no file, no data inside an address."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher

logger = logging.getLogger(__name__)
_layout = logging.getLogger("weasyprint.progress")
PageCount = Callable[[int], None]


class RefusingFetcher(URLFetcher):
    """Refuses every address: what a report shows is in its template and its data."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        logger.warning("A report asked for an address and did not get it.")
        raise ValueError("reports fetch nothing")


def html(template: str, context: dict[str, Any]) -> str:
    """A document from a template under `templates/reports/pdf/`, every value escaped."""
    return render_to_string(f"reports/pdf/{template}", context)


def render(document: str, *, on_page: PageCount | None = None) -> tuple[bytes, int]:
    """A tagged PDF (PDF/UA-1 variant) and its number of pages.

    Args:
        document: whole HTML document with its own style.
        on_page: called with the number of each page as it is laid out; may raise to stop.
    """
    with _pages_told(on_page):
        laid_out = HTML(string=document, url_fetcher=RefusingFetcher()).render()
        return laid_out.write_pdf(pdf_variant="pdf/ua-1"), len(laid_out.pages)


class _Teller(logging.Handler):
    """Hears WeasyPrint say which page it lays out, in this thread alone."""

    def __init__(self, on_page: PageCount) -> None:
        super().__init__(logging.INFO)
        self._on_page = on_page
        self._thread = threading.get_ident()

    def handle(self, record: logging.LogRecord) -> bool:
        if record.thread == self._thread and record.args and "Page" in str(record.msg):
            self._on_page(int(record.args[0]))  # type: ignore[index]
        return True


@contextmanager
def _pages_told(on_page: PageCount | None) -> Iterator[None]:
    if on_page is None:
        yield
        return
    teller, level = _Teller(on_page), _layout.level
    _layout.addHandler(teller)
    _layout.setLevel(logging.INFO)
    _layout.propagate = False  # a line for each page is no business of the worker's log
    try:
        yield
    finally:
        _layout.removeHandler(teller)
        _layout.setLevel(level)
        _layout.propagate = True
