"""The development mailbox: what the site has sent, for whoever develops it on this machine."""

from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaign.mailbox import read_mail, read_mails

_LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


def _only_here(request: HttpRequest) -> None:
    """Raise Http404 unless developer and server sit at one machine with no proxy between."""
    peer = request.META.get("REMOTE_ADDR", "")
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    is_forwarded = any(name in request.headers for name in _FORWARDING)
    if not (settings.HAS_MAILBOX and _is_loopback(peer) and host in _LOCAL_HOSTS and not is_forwarded):
        raise Http404


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    _only_here(request)
    return render(request, "mailbox/list.html", {"mails": read_mails()})


@require_safe
@never_cache
def mailbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    _only_here(request)
    mail = read_mail(name)
    if mail is None:
        raise Http404
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    context = {"mail": mail, "text": parts.get("text/plain", ""), "html": parts.get("text/html", "")}
    return render(request, "mailbox/mail.html", context)
