"""Staff's sessions in the database, each under a digest of its key: who reads the table cannot take one over."""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


def stored_key(key: str) -> str:
    """What stands in the table for a cookie's key: the first 160 bits of its SHA-256. A key is random, 165 bits long,
    so that no salt is needed.
    """
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's, but for the four places in which it gives the key to the database."""

    def _get_session_from_db(self) -> Any:
        row = self.model.objects.filter(
            session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: Any) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(stored_key(key))
