"""Brings all that is confirmed into the logs, and publishes it."""

import django

django.setup()

from campaign.actions.counting.log import tend_logs  # noqa: E402

while tend_logs():
    pass
