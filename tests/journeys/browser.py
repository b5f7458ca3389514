"""Headless Chromium for the journeys: people at their own browsers, watched for errors.

A `Desk` opens one browser context for each person, signed in through the page, and collects what no page may
do: console errors, script errors, requests to anybody but the site. `check_page` runs axe-core on the page.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.platform.conftest import fresh_code
from trial_edc.accounts.passwords import DEMO_PASSWORD

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Chromium writes these for answers given on purpose: signed out, two versions, held back, not found.
EXPECTED_ANSWERS = re.compile(r"Failed to load resource: .* status of (401|403|404|409|413|422)")
IDLE = "() => document.readyState === 'complete' && document.body && !('busy' in document.body.dataset)"
WIDE, TABLET, PHONE = (1440, 900), (820, 1180), (320, 640)


def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, with a profile of its own that goes with it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("There is no Chromium: run `make setup`.")
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


@dataclass
class Desk:
    """Browsers of the people of one test."""

    browser: Browser
    site_url: str
    shots: Path
    problems: list[str] = field(default_factory=list)
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    expects_broken_line: bool = False

    def open(self, name: str = "", *, size: tuple[int, int] = WIDE, **options: Any) -> Page:
        """A page of a browser where nobody has signed in; `options` are those of a Playwright context."""
        context = self.browser.new_context(
            base_url=self.site_url,
            viewport={"width": size[0], "height": size[1]},
            service_workers="block",
            **options,
        )
        context.set_default_timeout(30_000)
        self.contexts[name or f"nobody {len(self.contexts)}"] = context
        page = context.new_page()
        self._watch(page)
        return page

    def sign_in(self, name: str, *, path: str = "/", headers: Mapping[str, str] | None = None, **options: Any) -> Page:
        """A browser of `name` ("crc1"), signed in with password and a fresh code."""
        page = self.open(name, extra_http_headers=dict(headers or {}), **options)
        page.goto(f"/signin/?next={path}")
        type_credentials(page, name)
        idle(page)
        return page

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()

    def shoot_all(self, stem: str) -> None:
        """Pictures of every open page, for a test that failed."""
        self.shots.mkdir(parents=True, exist_ok=True)
        for name, context in self.contexts.items():
            for n, page in enumerate(context.pages):
                page.screenshot(path=self.shots / f"{stem}-{name.replace(' ', '-')}-{n}.png", full_page=True)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error on {page.url}: {error}"))
        page.on("console", lambda message: self._console(page, message))
        page.on("request", lambda request: self._request(request.url))

    def _console(self, page: Page, message: Any) -> None:
        if message.type != "error" or EXPECTED_ANSWERS.match(message.text):
            return
        if not (self.expects_broken_line and "ERR_INTERNET_DISCONNECTED" in message.text):
            self.problems.append(f"console on {page.url}: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.site_url, "data:", "blob:", "about:")):
            self.problems.append(f"third-party request: {url}")


def type_credentials(page: Page, name: str, *, password: str = DEMO_PASSWORD, code: str = "") -> None:
    """Fill the sign-in form and send it."""
    email = f"{name}@demo.example"
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("[name=code]").fill(code or fresh_code(email))
    page.get_by_test_id("signin-submit").click()
    page.wait_for_load_state()


def idle(page: Page) -> None:
    """Wait until no request, draft or calculation runs."""
    page.wait_for_function(IDLE)


def check_page(page: Page) -> None:
    """No axe violation, a title, no sideways scrolling."""
    idle(page)
    rules = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=rules)
    broken = [
        f"{one['id']}: {one['help']}\n    " + "\n    ".join(node["html"][:200] for node in one["nodes"][:4])
        for one in found.response["violations"]
    ]
    assert not broken, f"axe on {page.url}:\n" + "\n".join(broken)
    assert page.title(), "a page has a title"
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"{page.url} is {width} px wider than the window"


def keyboard(page: Page, *keys: str) -> None:
    """Press keys one after the other, waiting for what each starts."""
    for key in keys:
        page.keyboard.press(key)
        idle(page)
