"""Mozilla's HTTP Observatory, as far as one answer's headers tell: its published rules, with the points they give.

https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring. Where the rules know several degrees of wrong,
the worst is taken, so that the score here is never higher than theirs. The list of preloaded hosts is not asked.
"""

import re
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie

BASE, BONUS_FROM = 100, 90  # bonuses count only where the score without them is at least that
BROAD = {"*", "http:", "https:", "ftp:", "data:", "'unsafe-inline'", "'unsafe-eval'"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_A_YEAR = 15_768_000
SCRIPT = re.compile(r"<script\b[^>]*?\bsrc=[\"']?([^\"'\s>]+)", re.IGNORECASE)


def score_of(headers: Mapping[str, str], cookies: Iterable[str], html: str) -> int:
    points = points_of(headers, cookies, html).values()
    score = BASE + sum(number for number in points if number < 0)
    return score + sum(number for number in points if number > 0) if score >= BONUS_FROM else score


def points_of(headers: Mapping[str, str], cookies: Iterable[str], html: str) -> dict[str, int]:
    """What each rule gives or takes."""
    policy = directives_of(headers.get("Content-Security-Policy") or "")
    return {
        "content security policy": of_policy(policy),
        "cookies": of_cookies(cookies),
        "cross-origin sharing": -50 if headers.get("Access-Control-Allow-Credentials") else 0,
        "cross-origin resource policy": of_resource_policy(headers.get("Cross-Origin-Resource-Policy")),
        "referrer policy": 5 if headers.get("Referrer-Policy") in PRIVATE else -5,
        "transport security": of_transport(headers.get("Strict-Transport-Security") or ""),
        "subresource integrity": 0 if all(re.match("/(?!/)", source) for source in SCRIPT.findall(html)) else -50,
        "content type options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "framing": 5 if "frame-ancestors" in policy else -20,
    }


def directives_of(policy: str) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def of_policy(policy: dict[str, set[str]]) -> int:
    sources = set[str]().union(*(policy.get(name, set()) for name in ("default-src", "script-src", "style-src")))
    if not policy or sources & BROAD or any(source.startswith(("http:", "ftp:")) for source in sources):
        return -25
    return 10 if policy.get("default-src") == {"'none'"} else 5 if {"script-src", "object-src"} <= set(policy) else -20


def of_cookies(cookies: Iterable[str]) -> int:
    """All `Secure`, `HttpOnly` and `SameSite`, or the worst."""
    crumbs = [crumb for line in cookies for crumb in SimpleCookie(line).values()]
    is_good = all(each["secure"] and each["httponly"] and each["samesite"] in ("Strict", "Lax") for each in crumbs)
    return 0 if not crumbs else 5 if is_good else -40


def of_resource_policy(policy: str | None) -> int:
    return {"same-origin": 10, "same-site": 10, "cross-origin": 0, None: 0}.get(policy, -5)


def of_transport(header: str) -> int:
    seconds = re.match(r"max-age=(\d+)", header)
    return 0 if seconds and int(seconds[1]) >= HALF_A_YEAR else -20
