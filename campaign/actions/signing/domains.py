"""What kind of provider an address is with, in one of three words: all that is kept of its domain."""

from functools import cache

from django.conf import settings

from campaign.actions.signing.addresses import Address
from campaign.models import Signatory

LIST = "campaign/mail_domains.txt"  # lines `class: domain domain …`; the site reads it when it starts


@cache
def _classes() -> dict[str, str]:
    """The class of each listed domain."""
    lines = (settings.BASE_DIR / LIST).read_text(encoding="ascii").splitlines()
    listed = [line.partition(":") for line in lines if not line.startswith("#")]
    return {domain: name for name, _colon, domains in listed for domain in domains.split()}


def domain_class(address: Address) -> str:
    """The class of an address's domain; a provider's subdomains are of its class."""
    labels = address.canonical.rpartition("@")[2].split(".")
    domains = (".".join(labels[place:]) for place in range(len(labels)))
    classes = (_classes().get(domain) for domain in domains)
    return next(filter(None, classes), Signatory.DomainClass.OTHER.value)
