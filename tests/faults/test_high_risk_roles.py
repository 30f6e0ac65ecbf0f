"""A high-risk petition by processes that are apart, as docs/operations.md tells it: the officers' machine, which knows
no site; the admin; the public pages; the worker. Each has its role's environment and nothing else.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from campaign import crypto, keyfile
from campaign.environment import SECRETS
from campaign.models.signatory import envelope_context
from tests.seeded import ROOT
from tests.seeding import copy_seeds
from tests.site import SLUG as FIRST
from tests.site import Site, new_site, wait_until

pytestmark = pytest.mark.slow
SLUG = "open-letter"
PHRASE = "six words that nobody would guess"
NAME, EMAIL = "Ri Unusualname", "unusual-address@example.org"
FIND = f"import django; django.setup(); from campaign.models import Petition; p = Petition.objects.get(slug='{SLUG}')\n"
CANARY = "from campaign.actions.delivering.canary import make_canary; print(make_canary(p))"
OPEN = """
from campaign.actions.delivering.canary import prove_key
from campaign.actions.pages.petitions import open_petition
from django.contrib.auth.models import User
print(prove_key(p, "CODE", by=User.objects.get(is_superuser=True))); p.refresh_from_db(); print(open_petition(p))
"""


def run(environment: dict[str, str], *command: str) -> str:
    command = (sys.executable, *command)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def officers(folder: Path, *words: str) -> str:
    """What they run offline: a database that nothing could reach, and no variable of the site."""
    (folder / "phrase").write_text(PHRASE)
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody:x@127.0.0.1:9/none", "DATA_DIR": "/nowhere"}
    return run(bare, "manage.py", "keys", *words, "--passphrase-file", str(folder / "phrase"))


def as_role(site: Site, role: str) -> dict[str, str]:
    """The environment of a role: what it must not hold is not there to be read."""
    others = {name for name, holders in SECRETS.items() if role not in holders}
    return {name: value for name, value in site.environment.items() if name not in others} | {"CAMPAIGN_ROLE": role}


@pytest.fixture
def site():
    """Public pages whose process holds no private key, and a worker."""
    with new_site(CAMPAIGN_ROLE="public") as site:
        site.kill("web")
        held = site.environment
        site.environment = as_role(site, "worker") | {"CAMPAIGN_ROLE": "worker"}
        site.start_workers()
        site.environment = held
        site.admin = as_role(site, "admin")
        site.environment = as_role(site, "public")
        yield site


def load_high_risk(admin: dict[str, str], folder: Path, public: str) -> None:
    """The first campaign once more, under an address that names no cause, as a draft of that mode."""
    seeds = copy_seeds(folder / "seeds")
    words = (seeds / "campaign.toml").read_text().replace(FIRST, SLUG)
    mode = f'mode = "high_risk"\ndelivery_public_key = "{public}"'
    (seeds / "campaign.toml").write_text(words.replace('mode = "standard"', mode))
    run(admin, "manage.py", "load_seeds", str(seeds))


def test_officers_admin_public_and_worker_carry_one_petition_and_no_server_can_read_it(site, tmp_path):
    key = tmp_path / "delivery.key"
    told = officers(tmp_path, "new", "--delivery-key", str(key))
    public = (tmp_path / "delivery.key.public").read_text().strip()
    assert crypto.fingerprint(public) in told
    load_high_risk(site.admin, tmp_path, public)
    assert (
        run(site.admin, "-c", FIND + "print(p.state, p.key_fingerprint == '" + crypto.fingerprint(public) + "')")
        == "draft True"
    )
    (tmp_path / "canary.json").write_text(run(site.admin, "-c", FIND + CANARY))
    checked = officers(tmp_path, "check", "--delivery-key", str(key), "--canary", str(tmp_path / "canary.json"))
    assert run(site.admin, "-c", FIND + OPEN.replace("CODE", checked.rpartition(": ")[2])).split() == ["True", "True"]

    site.start_web()
    form = {"name": NAME, "email": EMAIL, "country": "KR", "visibility": "delivered", "consent": "on"}
    assert site.post(f"/en/petitions/{SLUG}/sign/", form).status == 303
    own_page = site.own_page(EMAIL)
    mail = site.office.wait_for_mail(EMAIL)
    assert "repatriation" not in str(mail).lower()
    assert site.post(own_page, {"action": "confirm"}).status == 303
    find = "SELECT s.petition_id, s.state, s.identity, s.mailbox, s.email_digest FROM campaign_signatory s"
    ((petition, state, identity, mailbox, digest),) = wait_until(lambda: site.rows(find), "the signature stands")
    assert (state, mailbox) == ("confirmed", None)

    held = [site.admin.get(name, "") for name in SECRETS] + [site.environment.get(name, "") for name in SECRETS]
    context = envelope_context("identity", petition, digest)
    assert [key for key in held if opens(key, bytes(identity), context)] == []
    private = keyfile.unlock(key.read_text(), PHRASE)
    assert json.loads(crypto.open_sealed(private, bytes(identity), context))["name"] == NAME
    assert site.traces_of(NAME, EMAIL, private.partition(".")[2]) == []
    assert site.post(own_page, {"action": "withdraw"}).status == 303
    assert [row[1:] for row in site.rows(find)] == [("withdrawn", None, None, None)]


def opens(key: str, envelope: bytes, context: bytes) -> bool:
    try:
        crypto.open_sealed(key, envelope, context)
    except (crypto.SealBrokenError, crypto.KeyUnreadableError, ValueError):
        return False
    return True
