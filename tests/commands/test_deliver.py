"""High-risk deliveries: a sealed dump from the site, a bundle made of it where the key is, and the same check."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command

from campaign import keyfile
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import approve_delivery
from campaign.actions.delivering.handing_over import record_manifest
from campaign.actions.delivering.taking import open_file
from campaign.exports import pdf
from campaign.exports.checker.notes import fingerprint
from campaign.models import Delivery, LogEntry
from tests.actions.delivering.asking import PURPOSE, build_all, make_addressee, request, unpack, verify
from tests.factories import make_signatory, make_staff
from tests.officers import PRIVATE, make_high_risk_petition

PHRASE = "six words that nobody guesses at all"
NAMES = ["Hong Gildong", "홍길동", "欧阳慕容雪"]


@pytest.fixture(autouse=True)
def _at_once(settings, monkeypatch):
    settings.HIGH_RISK_COUNT_INTERVAL = timedelta()
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def key_file(tmp_path) -> Path:
    (tmp_path / "phrase").write_text(PHRASE + "\n")
    (tmp_path / "officers.key").write_text(keyfile.lock(PRIVATE, PHRASE, keyfile.Cost(n=2, r=1)))
    return tmp_path / "officers.key"


@pytest.fixture
def officers(db):
    return make_staff("Delivery officer", name="first"), make_staff("Delivery officer", name="second")


def make_dump(officers, folder: Path, **values) -> tuple[Delivery, Path]:
    petition = make_high_risk_petition()
    for name in NAMES:
        make_signatory(petition, name=name)
    make_signatory(petition, visibility="counted")
    delivery = request(petition, officers[0], **values)
    assert approve_delivery(delivery, by=officers[1])
    build_all(delivery)
    assert (delivery.kind, delivery.state, delivery.failure, delivery.row_count) == ("dump", "built", "", 3)
    taken = open_file(delivery, by=officers[0], purpose=PURPOSE)
    path = folder / taken.name
    path.write_bytes(b"".join(taken.parts))
    assert path.stat().st_size == taken.size
    return delivery, path


def deliver(dump: Path, key_file: Path, *words: str) -> list[str]:
    out = io.StringIO()
    call_command(
        "deliver", str(dump), *words, "--delivery-key", str(key_file), "--passphrase-file",
        str(key_file.with_name("phrase")), "--output", str(key_file.with_name("out.age")), stdout=out,
    )  # fmt: skip
    return out.getvalue().splitlines()


def told(lines: list[str], what: str) -> str:
    (line,) = (line for line in lines if line.startswith(what))
    return line.rpartition(": ")[2]


def test_a_dump_becomes_a_bundle_offline_that_holds(officers, key_file, tmp_path):
    _delivery, dump = make_dump(officers, tmp_path)
    lines = deliver(dump, key_file)
    plain = pyrage.passphrase.decrypt((tmp_path / "out.age").read_bytes(), told(lines, "Passphrase"))
    folder = unpack(plain, tmp_path / "bundle")
    code, said = verify(folder, "--key", told(lines, "Fingerprint"))
    assert (code, [line for line in said if line.startswith("WRONG")]) == (0, [])
    assert "HOLDS: 3 rows: each is in the log, says just what was signed, and is there once." in said
    assert (folder / "manifest.key").exists()
    rows = (folder / "signatures.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in rows] == ["name", *NAMES]
    assert told(lines, "Fingerprint") == fingerprint((folder / "log/key").read_text().strip())


def test_its_manifest_comes_into_the_log_once_officers_say_it(officers, key_file, tmp_path):
    delivery, dump = make_dump(officers, tmp_path)
    digest = told(deliver(dump, key_file), "SHA-256")
    assert [record_manifest(delivery, digest=digest, by=officers[0]) for _ in range(2)] == [True, False]
    build_deliveries()
    assert LogEntry.objects.filter(kind=5).count() == 1
    assert bytes(LogEntry.objects.get(kind=5).raw).hex().endswith(digest)


def test_the_dump_holds_no_name_and_opens_with_no_key_of_the_site(officers, key_file, tmp_path):
    _delivery, dump = make_dump(officers, tmp_path)
    with zipfile.ZipFile(dump) as archive:
        assert archive.testzip() is None
        inside = b"".join(archive.read(name) for name in archive.namelist())
        assert sorted(archive.namelist()) == ["facts.json", "log/entries", "log/hashes", "records.jsonl"]
    assert [name for name in NAMES if name.encode() in inside or json.dumps(name).encode() in inside] == []


def test_the_addressees_key_comes_with_the_dump_or_is_given(officers, key_file, tmp_path):
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    addressee = make_addressee(age_key=str(identity.to_public()))
    _delivery, dump = make_dump(officers, tmp_path, addressee=addressee)
    lines = deliver(dump, key_file)
    assert [line for line in lines if "Passphrase" in line] == []
    assert pyrage.decrypt((tmp_path / "out.age").read_bytes(), [identity])[:2] == b"PK"
    (tmp_path / "out.age").unlink()
    deliver(dump, key_file, "--recipient", str(other.to_public()))
    assert pyrage.decrypt((tmp_path / "out.age").read_bytes(), [other])[:2] == b"PK"


def test_a_key_named_for_another_delivery_is_told(officers, key_file, tmp_path):
    _delivery, dump = make_dump(officers, tmp_path)
    lines = deliver(dump, key_file)
    plain = pyrage.passphrase.decrypt((tmp_path / "out.age").read_bytes(), told(lines, "Passphrase"))
    folder = unpack(plain, tmp_path / "bundle")
    raw = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(raw.replace('"delivery": 1', '"delivery": 2'))
    _code, said = verify(folder)
    assert "WRONG: The key of the manifest (manifest.key) was named for another delivery." in said


def test_what_cannot_be_delivered_is_said_in_a_sentence_and_nothing_is_left(officers, key_file, tmp_path):
    _delivery, dump = make_dump(officers, tmp_path)
    (tmp_path / "none.zip").write_bytes(b"PK")
    other = tmp_path / "other.key"
    other.write_text(keyfile.lock(PRIVATE[:-2] + "AA", PHRASE, keyfile.Cost(n=2, r=1)))
    for words, sentence in {
        (tmp_path / "none.zip", key_file): "is no dump that can be read",
        (dump, other): "does not open the dump",
        (tmp_path / "absent.zip", key_file): "is no dump that can be read",
    }.items():
        with pytest.raises(CommandError, match=sentence):
            deliver(*words)
    with pytest.raises(CommandError, match="age1"):
        deliver(dump, key_file, "--recipient", "nobody")
    assert not (tmp_path / "out.age").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith("tmp")) == []


def test_verify_delivery_checks_a_folder_and_an_archive(officers, key_file, tmp_path, capsys):
    _delivery, dump = make_dump(officers, tmp_path)
    lines = deliver(dump, key_file)
    plain = pyrage.passphrase.decrypt((tmp_path / "out.age").read_bytes(), told(lines, "Passphrase"))
    (tmp_path / "plain.zip").write_bytes(plain)
    folder = unpack(plain, tmp_path / "bundle")
    for path in (tmp_path / "plain.zip", folder):
        with pytest.raises(SystemExit) as ended:
            call_command("verify_delivery", str(path), "--key", told(lines, "Fingerprint"))
        assert (ended.value.code, "All holds." in capsys.readouterr().out) == (0, True)
    for words in (["--checkpoint", str(folder / "log/checkpoint")], ["--sample", "1"]):
        with pytest.raises(SystemExit) as ended:
            call_command("verify_delivery", str(folder), *words)
        assert (ended.value.code, capsys.readouterr().out.count("only grew")) == (0, words[0] == "--checkpoint")
    (folder / "signatures.csv").write_bytes(b"number,name\r\n")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_delivery", str(folder))
    assert ended.value.code == 1
