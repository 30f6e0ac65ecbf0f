"""The origin guard: what stands before every public form instead of a CSRF cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from campaign.views.errors import error_page

View = Callable[..., HttpResponse]
_SAFE = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")  # `none`: the person herself, as in a reload


def is_from_here(request: HttpRequest) -> bool:
    """Whether a request comes from our own page, by Sec-Fetch-Site and Origin (W3C Fetch Metadata; RFC 6454).

    Both must agree where both are sent. A client that sends neither is no browser, and carries no one's cookies.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in _OURS:
        return False
    if origin is None:
        return True
    if origin == "null":  # sent by privacy settings; the other header, which no page can forge, must vouch for it
        return site is not None
    return origin == f"{request.scheme}://{request.get_host()}"


def from_here_only(view: View) -> View:
    """Refuse unsafe requests from other sites with 403, before the view sees them; no CSRF cookie is needed then."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in _SAFE and not is_from_here(request):
            return error_page(request, 403)
        return view(request, *args, **kwargs)

    guarded.is_guarded = True  # type: ignore[attr-defined] # a test walks the addresses and asks
    return csrf_exempt(guarded)


def from_anywhere(view: View) -> View:
    """The one exception: what mail providers post to for their users, without cookie or Origin (RFC 8058).

    Only for a view whose address itself is the proof, being known to nobody else, and whose act harms nobody.
    """
    view.is_from_anywhere = True  # type: ignore[attr-defined] # a test walks the addresses and knows each by name
    return csrf_exempt(view)
