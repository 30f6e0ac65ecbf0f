"""Email addresses: which are good, and which two are one mailbox."""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

_SAME_PROVIDER = {"googlemail.com": "gmail.com"}
_IGNORES_DOTS = {"gmail.com"}
_PLAIN = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@[\w.-]+", re.ASCII)


class AddressUnusableError(ValueError):
    """Not one address that mail can be sent to."""


@dataclass(frozen=True)
class Address:
    """An address in the form it is mailed in (domain in ASCII), and the canonical form that names its mailbox."""

    mailed: str
    canonical: str


def parse_address(text: str | Address) -> Address:
    """Read one address (RFC 5321; domain by IDNA 2008); one that was read before stays it. Raises AddressUnusableError.

    Canonical: lower case, domain in ASCII, no ``+tag``, and no dots where the provider ignores them.
    """
    if isinstance(text, Address):
        return text
    try:
        parts = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise AddressUnusableError(str(error)) from error
    local = parts.ascii_local_part or parts.local_part
    return Address(mailed=f"{local}@{parts.ascii_domain}", canonical=_canonical(local, parts.ascii_domain))


def read_mailed(text: str) -> Address:
    """An address in the form it was sealed in: it was parsed then, and is looked at a second time only for its signs.

    Raises AddressUnusableError where a mail's header would read another address in it, or several.
    """
    if not _PLAIN.fullmatch(text):
        raise AddressUnusableError("not one plain address")
    local, _at, domain = text.rpartition("@")
    return Address(mailed=text, canonical=_canonical(local, domain))


def _canonical(local: str, domain: str) -> str:
    domain = _SAME_PROVIDER.get(domain.lower(), domain.lower())
    local = local.lower().partition("+")[0] or local.lower()
    if domain in _IGNORES_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"
