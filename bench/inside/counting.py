"""How long the count takes for a slice: as JSON, the milliseconds of each of a few slices of COUNT_SLICE rows."""

import json
from time import perf_counter

import django

django.setup()

from django.conf import settings  # noqa: E402

from campaign.actions.counting import count_signatures, count_slice  # noqa: E402
from campaign.models import Signatory  # noqa: E402

SLICES = 4

count_signatures()
newest = Signatory.objects.confirmed().order_by("-pk").values_list("pk", flat=True)[: SLICES * settings.COUNT_SLICE]
Signatory.objects.filter(pk__in=list(newest)).erase("withdraw")
petition_id = Signatory.objects.values_list("petition_id", flat=True)[0]
times = []
for _ in range(SLICES):
    started = perf_counter()
    if count_slice(petition_id) != settings.COUNT_SLICE:
        raise SystemExit("The slice was not full: make more rows.")
    times.append((perf_counter() - started) * 1000)
print(json.dumps({"rows": settings.COUNT_SLICE, "milliseconds": times}))
