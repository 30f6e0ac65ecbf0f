"""The environment of the tests, set before Django reads its settings (pyproject loads this as a pytest plugin)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from campaign import crypto

_folder = tempfile.mkdtemp(prefix="undersigned-tests-")
(Path(_folder) / "static").mkdir()
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


def _keys() -> dict[str, str]:
    post, delivery = crypto.new_private_key(), crypto.new_private_key()
    return {
        "SECRET_KEY": "a key for tests that opens nothing",
        "CAMPAIGN_KEY": "another key for tests",
        "LINK_KEY": "a link key for tests",
        "LOG_KEY": "a-log-key-for-tests",
        "POST_PRIVATE_KEY": post,
        "POST_PUBLIC_KEY": crypto.public_key_of(post),
        "DELIVERY_PRIVATE_KEY": delivery,
        "DELIVERY_PUBLIC_KEY": crypto.public_key_of(delivery),
    }


for name in [name for name in os.environ if name.removesuffix("_FILE") in _keys()]:
    del os.environ[name]
for name in ("EMAIL_URL", "CAMPAIGN_ROLE", "TRUSTED_PROXIES", "ALLOWED_HOSTS", "PORT"):
    os.environ.pop(name, None)
os.environ |= _keys() | {
    "DATA_DIR": _folder,
    "DEVELOPMENT": "on",
    "PROOF_OF_WORK": "off",  # most tests are no browsers, and come from one address; those that ask for them say so
    "RATE_LIMITS": "off",
    "SITE_URL": "http://testserver",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "ORGANISATION_NAME": "Test Organisation",
    "ORGANISATION_CONTACT": "contact@example.org",
    "DEFAULT_FROM_EMAIL": "petitions@example.org",
}
