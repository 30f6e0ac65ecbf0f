"""A backup from before somebody withdrew is put back: the site stays closed until she is erased again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import make_address
from tests.seeded import ROOT, new_database, put_back
from tests.site import SLUG, Site, wait_until

pytestmark = pytest.mark.slow
PETITION = f"/en/petitions/{SLUG}/"
UNWRITTEN = "SELECT count(*) FROM campaign_signatory WHERE erased_at IS NOT NULL AND NOT journaled"


def stop(site: Site) -> None:
    for name in list(site.processes):
        site.stop(name)


def start(site: Site) -> None:
    site.start_web()
    site.start_workers()


def manage(site: Site, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=site.environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout


def journal_of(site: Site) -> list[str]:
    return (Path(site.environment["DATA_DIR"]) / "journal" / "erasures").read_text().splitlines()


def key_of(site: Site, state: str) -> str:
    """The key of the one row in a state, as the journal writes it."""
    ((key,),) = site.rows(f"SELECT id FROM campaign_signatory WHERE state = '{state}'")
    return str(key).replace("-", "")


def test_who_withdrew_after_the_backup_stays_erased_and_the_site_is_closed_until_then(site, tmp_path):
    staying, leaving, late = make_address(), make_address(), make_address()
    site.start_workers()
    site.join(staying)
    site.join(leaving)
    wait_until(lambda: site.count == 2, "both are counted")
    page = site.own_page(leaving)
    stop(site)
    backup = new_database(tmp_path, template=site.environment["DATABASE_URL"])
    start(site)
    site.post(page, {"action": "withdraw"})
    wait_until(lambda: (site.count, site.rows(UNWRITTEN)) == (1, [(0,)]), "she is counted no more, and in the journal")
    key = key_of(site, "withdrawn")
    assert [line.split()[1].replace("-", "") for line in journal_of(site)] == [key]
    stop(site)

    put_back(site.environment["DATABASE_URL"], backup)
    assert site.rows("SELECT count(*) FROM campaign_signatory WHERE identity IS NOT NULL") == [(2,)]
    mailed = len(site.office.mails)
    start(site)
    assert site.get(PETITION).status == site.get(page).status == site.sign(late).status == 503
    checks = json.loads(site.get("/readyz").text)["checks"]
    assert (checks["journal"]["closed"], site.get("/readyz").status) == ("behind", 503)
    assert site.rows("SELECT count(*) FROM campaign_signatory WHERE state = 'confirmed'") == [(2,)]
    assert "1  erased once, says the journal" in manage(site, "erase_expired", "--dry-run")
    assert site.get(PETITION).status == 503

    assert "1  erased once, says the journal" in manage(site, "erase_expired", "--replay")
    wait_until(lambda: site.get(PETITION).status == 200, "the site is open")
    assert key_of(site, "withdrawn") == key
    assert site.rows("SELECT count(*) FROM campaign_signatory WHERE identity IS NOT NULL") == [(1,)]
    # The log was published further than the backup knows: it goes on once its entries are brought back.
    assert "1 " in manage(site, "log", "bring-back")
    wait_until(lambda: site.count == 1, "the count follows")
    assert "withdrawn" in site.get(page).text
    assert [mail["To"] for mail in site.office.mails[mailed:]] == []
    assert site.sign(late).status == 303
