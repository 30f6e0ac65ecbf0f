"""One browser and one site for all journeys; each journey has a window of its own that is watched."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.pages import pages  # noqa: F401 - pytest finds it by this name
from tests.site import Site, new_site
from tests.site import show_logs_of_site as pytest_runtest_makereport  # noqa: F401 - pytest finds it by this name

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-background-networking"]


@pytest.fixture(scope="package")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(browser):
    with new_site() as site:
        site.start_workers()
        yield site


@dataclass
class Window:
    """A browser window with a profile of its own, and what happened in it that should not."""

    context: BrowserContext
    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.context.on("request", lambda request: self._look_at(request.url))
        self.page.set_default_timeout(15_000)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # a refusal by the Content-Security-Policy is an error here
            self.complaints.append(f"console: {message.text}")

    def _look_at(self, url: str) -> None:
        if urlsplit(url).scheme != "data" and not url.startswith(self.site.url + "/"):
            self.complaints.append(f"request: {url}")

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.site.url + path)

    @property
    def cookies_elsewhere(self) -> list[str]:
        """The cookies that are sent to more than the admin."""
        return [cookie["name"] for cookie in self.context.cookies() if not cookie["path"].startswith("/admin/")]


@pytest.fixture
def new_window(browser, site):
    """Makes windows; at the end none may have complained, and none may hold a cookie outside the admin."""
    windows: list[Window] = []

    def make(**options) -> Window:
        context = browser.new_context(**options)
        windows.append(Window(context, context.new_page(), site))
        windows[-1].watch()
        return windows[-1]

    yield make
    found = [(window.complaints, window.cookies_elsewhere) for window in windows]
    for window in windows:
        window.context.close()
    assert found == [([], [])] * len(found)
