"""A form that comes in chunks, whose length nobody has told: taken as any, and read no further than one may be long."""

import io
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import RequestFactory

from campaign.models import Signatory
from campaign.wsgi import application
from tests.factories import post_form

SIGN = "/en/petitions/let-them-choose/sign/"
PATHS = [SIGN, "/en/petitions/let-them-choose/check-your-email/"]


@pytest.fixture(autouse=True)
def _connection_stays_open():
    """As Django's own client does: the transaction of a test lives on the connection."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


class Counted(io.BytesIO):
    """A body that knows how much of it was read, as gunicorn hands over what comes in chunks."""

    taken = 0

    def read(self, size=-1):
        part = super().read(size)
        self.taken += len(part)
        return part


def post_chunks(path, body):
    """The status, and how much of the body was read."""
    stream, told = Counted(body), []
    environ = RequestFactory().post(path, content_type="application/x-www-form-urlencoded").environ
    del environ["CONTENT_LENGTH"]
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": stream, "wsgi.input_terminated": True}
    list(application(environ, lambda status, _headers, *_rest: told.append(int(status.split()[0]))))
    return told[0], stream.taken


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [settings.SIGN_BODY_MAX_BYTES + 1, 3_000_000])
def test_a_large_body_is_413_and_read_no_further_than_it_takes_to_know(petition, path, size):
    assert post_chunks(path, b"name=" + b"a" * (size - 5)) == (413, settings.SIGN_BODY_MAX_BYTES + 1)
    assert not Signatory.objects.exists()


def test_a_form_in_chunks_is_a_form(petition):
    body = urlencode(post_form()).encode()
    assert post_chunks(SIGN, body) == (303, len(body))
    assert Signatory.objects.count() == 1


def test_what_staff_send_is_not_cut(db):
    _status, taken = post_chunks("/admin/login/", b"a" * 20_000)
    assert taken == 0
