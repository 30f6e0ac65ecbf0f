"""The log over HTTP, where the site serves it itself: as the standard has it, and nothing else of the folder."""

import pytest

from campaign.actions.counting.log import tend_logs
from campaign.merkle.notes import Checkpoint, Verifier
from campaign.merkle.tiles import from_bundle
from tests.factories import make_petition, make_signatory
from tests.outsider import folder_of

LOG = "/log/let-them-choose/"


@pytest.fixture
def get(client, petition):
    """What is served of a log with two signatures."""
    for _ in range(2):
        make_signatory(petition)
    tend_logs()
    return lambda path: client.get(LOG + path)


def body(answer):
    """All of it. Reading to the end closes the file; closing once more would close the test's connection, too."""
    return b"".join(answer.streaming_content)


def test_checkpoint_key_and_tiles_are_served_and_fit_each_other(get):
    verifier = Verifier.parse(body(get("key")).decode())
    checkpoint = Checkpoint.open(body(get("checkpoint")).decode(), verifier)
    assert (checkpoint.origin, checkpoint.size) == ("testserver/log/let-them-choose", 3)
    assert len(from_bundle(body(get("tile/entries/000.p/3")))) == 3
    assert len(body(get("tile/0/000.p/3"))) == 96


@pytest.mark.parametrize(("path", "kind", "caching"), [
    ("checkpoint", "text/plain; charset=utf-8", "public, max-age=5"),
    ("key", "text/plain; charset=utf-8", "public, max-age=5"),
    ("tile/0/000.p/3", "application/octet-stream", "public, max-age=31536000, immutable"),
    ("tile/entries/000.p/3", "application/octet-stream", "public, max-age=31536000, immutable"),
])  # fmt: skip
def test_a_tile_is_kept_for_good_and_a_checkpoint_hardly(get, path, kind, caching):
    answer = get(path)
    told = [answer[name] for name in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")]
    assert told == [kind, caching, "*"]
    assert (answer["Cross-Origin-Resource-Policy"], answer.cookies) == ("cross-origin", {})
    body(answer)


@pytest.mark.parametrize("path", [
    "", "tile/", "tile/0/000", "tile/0/000.p/2", "tile/0/001", "tile/0/.000.new", "tile/0/../../key", "nothing",
])  # fmt: skip
def test_nothing_else_is_served(get, petition, path):
    (folder_of(petition) / "tile/0/.000.new").write_bytes(b"half")
    assert get(path).status_code == 404


def test_before_its_first_signature_a_log_has_a_key_and_no_checkpoint(client, petition):
    make_petition("a-draft", state="draft")
    tend_logs()
    early = body(client.get(LOG + "key"))
    assert client.get(LOG + "checkpoint").status_code == 404
    assert client.get("/log/a-draft/key").status_code == 404
    make_signatory(petition)
    tend_logs()
    checkpoint = body(client.get(LOG + "checkpoint")).decode()
    assert Checkpoint.open(checkpoint, Verifier.parse(early.decode())).size == 2
    assert body(client.get(LOG + "key")) == early


def test_a_key_that_was_changed_before_the_first_signature_is_shown_anew(client, petition, settings):
    tend_logs()
    early = body(client.get(LOG + "key"))
    settings.LOG_KEY = "another-log-key-for-tests"
    tend_logs()
    assert body(client.get(LOG + "key")) not in (early, b"")


def test_a_disk_that_takes_no_key_holds_up_no_other_log(petition, settings, caplog):
    make_signatory(petition)
    make_petition("another")
    (settings.LOG_DIR / "another").parent.mkdir(parents=True, exist_ok=True)
    (settings.LOG_DIR / "another").write_text("a file where a folder should be")
    assert tend_logs() == 2
    assert "The key of the log another cannot be written" in caplog.text
