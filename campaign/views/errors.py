"""The error pages: each says in the reader's language what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def never_stored(response: HttpResponse) -> HttpResponse:
    """Keep an answer out of every cache (RFC 9111, 5.2.2.5), by a header that tells nothing of the time."""
    response["Cache-Control"] = "no-store, private"
    return response


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page for a status that has one under templates/errors/; never stored by caches."""
    # Nothing of the address stands in the page: one who guesses at links learns nothing from comparing them.
    context = {"status": status, "page_path": reverse("front-page")}
    response = render(request, f"errors/{status}.html", context, status=status)
    return never_stored(response)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return error_page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)
