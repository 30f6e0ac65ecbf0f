"""Many threads at the same door."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def in_parallel(count: int, call: Callable[[], Any]) -> list[Any]:
    """What `call` returned in each of `count` threads started together."""
    results: list[Any] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            results.append(call())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
