"""Print the paths of mailed links of pending signatories, one a line: `links.py N`. Made as the worker makes them."""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402

from campaign import crypto  # noqa: E402
from campaign.models import Signatory  # noqa: E402

rows = Signatory.objects.pending().filter(token_hash__isnull=False).order_by("-pk")
for nonce in rows.values_list("nonce", flat=True)[: int(sys.argv[1])]:
    print(f"/en/s/{crypto.link_token(settings.LINK_KEY, bytes(nonce))}/")
