"""What stands around every request: the policy headers, the pages kept for a few seconds, and the closed door."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from campaign.actions.pages.kept import Kept
from campaign.actions.restoring.journal import is_open

_NOT_PUBLIC = ("/healthz", "/readyz", "/static/", "/media/", "/log/", "/admin/", "/mailbox/")
# Somebody's own link: her signature, a delivery handed to her, her news; cut, mistyped or without a language, too.
_OWN_LINK = re.compile(r"/+(?:[^/]+/+)?[sdu](?:/|$)")
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
RETRY_AFTER_SECONDS = 600
GetResponse = Callable[[HttpRequest], HttpResponse]
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_FRAMED_POLICY = _POLICY | {"frame-ancestors": "*", "form-action": "'none'"}
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()"


def _as_header(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


class PolicyMiddleware:
    """Content-Security-Policy, Permissions-Policy and Cross-Origin-Resource-Policy for every answer.

    No cache and no index keeps anything that is answered to somebody's own link, redirections and refusals included.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        may_be_framed = getattr(response, "may_be_framed", False)
        policy = _FRAMED_POLICY if may_be_framed else _POLICY  # the admin needs nothing more than the pages
        response.headers.setdefault("Content-Security-Policy", _as_header(policy))
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        is_for_others = may_be_framed or "Access-Control-Allow-Origin" in response
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_for_others else "same-origin")
        if _OWN_LINK.match(request.path) and not request.path.startswith(_NOT_PUBLIC):
            response["Cache-Control"], response["X-Robots-Tag"] = "no-store, private", "noindex, nofollow"
        return response


@dataclass(frozen=True)
class KeptPage:
    """A finished page, as it is and compressed (RFC 1952)."""

    body: bytes
    packed: bytes
    headers: dict[str, str]

    @classmethod
    def of(cls, response: HttpResponse) -> "KeptPage":
        patch_vary_headers(response, ["Accept-Encoding"])
        packed = gzip.compress(response.content, compresslevel=6, mtime=0)
        return cls(response.content, packed, dict(response.items()))

    def answer(self, request: HttpRequest) -> HttpResponse:
        is_packed = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
        response = HttpResponse(self.packed if is_packed else self.body, headers=self.headers)
        if is_packed:
            response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
        return response


class KeptPagesMiddleware(Kept[KeptPage]):
    """Keeps finished public pages for a few seconds in this process, and drops them when anything public changes.

    Only what says `Cache-Control: public` and sets no cookie is kept, whole, by its path: what any cache may hold.
    It is compressed for those who have no proxy that does it: such a page holds no secret that its length could tell.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__()
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.META.get("QUERY_STRING") or request.path.startswith(_NOT_PUBLIC):
            return self.get_response(request)
        page = self.get(request.path)
        request.get_host()  # raises DisallowedHost, as every other page does
        if page:
            return page.answer(request)
        version = self.version
        response = self.get_response(request)
        if not _may_be_kept(response):
            return response
        page = KeptPage.of(response)
        self.keep(request.path, page, version=version)
        return page.answer(request)


def _may_be_kept(response: HttpResponse) -> bool:
    is_public = "public" in response.get("Cache-Control", "") and not response.cookies
    return is_public and response.status_code == 200 and not response.streaming


class ClosedSiteMiddleware(Kept[bool]):
    """Answers 503 to everything public while a restored database holds an erased person (restoring/journal.py)."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__()
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_NOT_PUBLIC) or self._is_open():
            return self.get_response(request)
        context = {"status": 503, "page_path": reverse("front-page")}
        response = render(request, "errors/closed.html", context, status=503)
        response["Cache-Control"], response["Retry-After"] = "no-store, private", str(RETRY_AFTER_SECONDS)
        return response

    def _is_open(self) -> bool:
        try:
            return self.get_or_make("open", is_open)
        except DatabaseError:
            return True  # the view will say what it cannot do
