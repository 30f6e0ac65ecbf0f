"""How long a slice of the log takes: as JSON, rows, and the milliseconds of a few slices of as many withdrawals."""

import json
from time import perf_counter

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402

from campaign.actions.counting.log import locked, tend_logs  # noqa: E402
from campaign.actions.counting.sequencing import sequence_slice  # noqa: E402
from campaign.models import Petition, Signatory  # noqa: E402

SLICES = 4

while tend_logs():
    pass
newest = Signatory.objects.confirmed().order_by("-pk").values_list("pk", flat=True)[: SLICES * settings.LOG_SLICE]
Signatory.objects.filter(pk__in=list(newest)).erase("withdraw")
petition = Petition.objects.get(pk=Signatory.objects.values_list("petition_id", flat=True)[0])
times = []
for _ in range(SLICES):
    started = perf_counter()
    with transaction.atomic():
        made = sequence_slice(locked(petition))
    if made != settings.LOG_SLICE:
        raise SystemExit("The slice was not full: make more rows.")
    times.append((perf_counter() - started) * 1000)
print(json.dumps({"rows": settings.LOG_SLICE, "milliseconds": times}))
