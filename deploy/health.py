#!/usr/bin/env python3
"""Whether this container does its work: `health.py web` asks /healthz, `health.py heartbeat` looks at its sign of life.

For compose's health checks; the image has neither curl nor wget. Exits with 0 or with a sentence.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

PORT = 8000
PATIENCE_SECONDS = 5
HEARTBEAT_SECONDS = 60  # beat ticks every second; a worker in the middle of a slow SMTP session may take its time


def web() -> str:
    """Ask as the proxy does, with the site's own name: any other host is refused."""
    site = urlsplit(os.environ["SITE_URL"])
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/healthz", headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme})
    status = connection.getresponse().status
    return "" if status == http.client.OK else f"/healthz answers {status}"


def heartbeat() -> str:
    age = time.time() - Path(os.environ["HEARTBEAT_FILE"]).stat().st_mtime
    return "" if age < HEARTBEAT_SECONDS else f"nothing was done for {age:.0f} seconds"


if __name__ == "__main__":
    try:
        sys.exit({"web": web, "heartbeat": heartbeat}[sys.argv[1]]() or 0)
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{type(error).__name__}: {error}")
