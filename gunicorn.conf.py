"""The application server, for start.py and docker-compose.yml alike; what they pass on the command line wins."""

import os
from typing import Any

from gunicorn.glogging import Logger

from campaign.logs import PlainFormatter


class QuietLogger(Logger):
    """Server errors in the site's own format, without the request they are about: its line may hold a token."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(PlainFormatter())

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Invalid request"):
            msg, args = "Invalid request, refused", ()  # else it quotes the peer's IP and what it sent
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if "request" in str(msg):
            msg, args = "Error handling a request", ()
        super().exception(msg, *args, **kwargs)


logger_class = QuietLogger
accesslog = None
loglevel = "info"
capture_output = False
control_socket_disable = True  # it would want a place to write

wsgi_app = "campaign.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # shares memory between workers, and the last line says which secret is missing
_memory = "/dev/shm"  # noqa: S108 # nosec B108 # a heartbeat must not wait for a disk
worker_tmp_dir = _memory if os.path.isdir(_memory) else None

timeout = 30  # seconds a worker may hang
graceful_timeout = 8  # seconds to finish requests on TERM; compose kills after ten
keepalive = 5
limit_request_line = 2_048
limit_request_fields = 64
limit_request_field_size = 8_190

# With a trusted proxy in front, only it reaches this port, and it overwrites what clients forge. Without one,
# nobody's word on scheme or address counts.
forwarded_allow_ips = "*" if int(os.environ.get("TRUSTED_PROXIES") or 0) else ""
forwarder_headers = ""
