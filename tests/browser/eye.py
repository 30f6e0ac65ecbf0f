"""A browser that looks at the pages of `tests.browser.pages`, at the addresses and with the headers they have.

The Content-Security-Policy stands. What asks for anything else has a complaint coming.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.browser.asking import HOST, Shown


@dataclass
class Eye:
    """A window in which the pages are shown, and what happened in it that should not."""

    page: Page
    files: dict[str, Shown]
    shown: Shown | None = None
    complaints: list[str] = field(default_factory=list)

    def show(self, shown: Shown) -> None:
        """Open a page as it was answered."""
        self.shown = shown
        self.page.goto(HOST + shown.path, wait_until="load")

    def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        shown = self.shown if self.shown and path == self.shown.path else self.files.get(path)
        static = finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith(settings.STATIC_URL) else None
        if not route.request.url.startswith(HOST + "/") or not (shown or static):
            self.complaints.append(f"request: {route.request.url}")
            route.abort()
        elif shown:
            route.fulfill(status=shown.status, headers=shown.headers, body=shown.body)
        else:
            route.fulfill(path=static)

    def hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings; a refusal by the Content-Security-Policy is one. A page's own status is none."""
        is_own_status = self.shown and message.location.get("url") == HOST + self.shown.path
        if message.type in ("error", "warning") and not (is_own_status and "status of" in message.text):
            self.complaints.append(f"console: {message.text}")


@contextmanager
def open_eye(browser: Browser, pages: list[Shown], **options) -> Iterator[Eye]:
    context = browser.new_context(reduced_motion="reduce", **options)
    eye = Eye(context.new_page(), {page.path: page for page in pages if page.name == "picture"})
    context.route("**/*", eye.answer)
    eye.page.on("console", eye.hear)
    eye.page.on("pageerror", lambda error: eye.complaints.append(f"script: {error}"))
    try:
        yield eye
    finally:
        context.close()
