"""Each page at three widths and in the pseudo language: axe clean, no sideways scrolling, no plain word."""

import re

import pytest

from tests import scenarios
from tests.journeys import pseudo
from tests.journeys.browser import PHONE, TABLET, WIDE, check_page, idle
from tests.tools.translations import pseudo as pseudo_text

PAGES = (
    "/",
    "/subjects/",
    "/subjects/register/",
    "/subjects/{code}/",
    "/subjects/{code}/?lens=verification",
    "/subjects/{code}/visits/d3/",
    "/subjects/{code}/visits/d7/",
    "/subjects/{code}/visits/d7/vs/",
    "/subjects/{code}/visits/d3/?item=vs.temp",
    "/subjects/{code}/ae/",
    "/subjects/{code}/ae/1/",
    "/subjects/{code}/icf/",
    "/subjects/{code}/history/",
    "/subjects/{code}/tumour/",
    "/subjects/{code}/labs/",
    "/subjects/{code}/kinetics/",
    "/subjects/{code}/?unfold=m9-m24,y3-y15",
    "/subjects/{code}/product/",
    "/subjects/{code}/product/infusion/",
    "/subjects/{code}/product/check/?step=APHERESIS",
    "/product/?show=all",
    "/bedside/",
    "/queries/",
    "/find/?q=1",
    "/me/",
    "/no-such-page/",
)
# Words that are data, names of people, or codes: they stay as they are in every language.
DATA = "[data-testid=person-menu], .brandmark, .site, kbd, code, .num, .hash, input, textarea, [lang]"


@pytest.fixture
def code(people):
    study = scenarios.study()
    subject = scenarios.infused_subject(study, day=9)
    scenarios.day_3(study, subject)
    scenarios.adverse_event(study, subject)
    return subject.code


@pytest.mark.parametrize("size", [WIDE, TABLET, PHONE], ids=["wide", "tablet", "phone"])
def test_every_page_is_usable_at_every_width(desk, code, size):
    page = desk.sign_in("crc1", path="/me/", size=size)

    for address in PAGES:
        page.goto(address.format(code=code))
        check_page(page)


def test_pages_of_an_investigator(desk, code):
    page = desk.sign_in("pi1", path="/sign/")
    for address in ("/", "/sign/", "/subjects/{code}/", "/subjects/{code}/ae/1/", "/queries/"):
        page.goto(address.format(code=code))
        check_page(page)


def test_every_page_stands_longer_words_and_has_no_plain_ones(desk, code, tmp_path):
    with pseudo.spoken(tmp_path):
        page = desk.sign_in("crc1", path="/me/", locale="en-XA")
        plain = {}
        for address in PAGES:
            page.goto(address.format(code=code))
            check_page(page)
            assert page.locator("html").get_attribute("lang") == pseudo.CODE
            if found := plain_words(page):
                plain[address] = found

    assert not plain
    assert page.get_by_text(pseudo_text("Go to the worklist")).count() == 1


def plain_words(page):
    """Visible sentences that did not come through gettext: letters, and neither brackets nor accents."""
    idle(page)
    texts = page.evaluate(
        """(data) => {
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const at = walk.currentNode.parentElement;
            if (at.closest(data) || at.closest("script, template, svg") || !at.offsetParent) continue;
            const text = walk.currentNode.textContent.trim();
            if (/[A-Za-z]{4,}/.test(text)) found.push(text);
          }
          return found;
        }""",
        DATA,
    )
    return sorted({text for text in texts if not re.search(r"[\[\]éáíóúñýšžçĝÁÉÍÓÚ]", text)})
