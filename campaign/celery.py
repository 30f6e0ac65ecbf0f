"""The Celery app. Workers start with `celery -A campaign worker`; the embedded default with `manage.py work`."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

app = Celery("campaign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["campaign"])


def _touch_heartbeat(**_kwargs: Any) -> None:
    """Leave a sign of life for the container's health check: beat publishes and workers finish every second."""
    if path := os.environ.get("HEARTBEAT_FILE"):
        Path(path).touch()


before_task_publish.connect(_touch_heartbeat)
task_postrun.connect(_touch_heartbeat)
