"""The web door for an application server: `gunicorn campaign.wsgi:application`."""

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_length(serve: Application) -> Application:
    """Give a form that comes in chunks (RFC 9112, 7.1) a length, up to one byte more than a form may have.

    Django takes a body of no told length for an empty one: a form too large would come back as one not filled in.
    """

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_chunked = "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH")
        # What staff send may be longer, and is not to be cut.
        if is_chunked and environ["REQUEST_METHOD"] == "POST" and not environ["PATH_INFO"].startswith("/admin/"):
            body = environ["wsgi.input"].read(settings.SIGN_BODY_MAX_BYTES + 1)
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return serve(environ, start_response)

    return served


application = with_length(get_wsgi_application())
