"""Ready bytes, one INSERT, one UPDATE, in plain SQL."""

import os
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

PAGE = Path(os.environ["BARE_PAGE"]).read_bytes()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


def insert(request: HttpRequest) -> HttpResponse:
    values = [uuid4(), request.POST["name"], request.POST["email"]]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO inserted (id, name, email) VALUES (%s, %s, %s)", values)
    return HttpResponseRedirect("/", status=303)


def update(request: HttpRequest, number: int) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE updated SET state = 'confirmed', confirmed_at = now() WHERE id = %s", [number])
    return HttpResponseRedirect("/", status=303)


urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok\n")),
    path("page/", page),
    path("insert/", insert),
    path("update/<int:number>/", update),
]
