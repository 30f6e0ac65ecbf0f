"""Mail providers that signatories of a high-risk petition are warned of."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def ascii_domain(text: str) -> str:
    """A domain or top-level domain as it is compared: lower case, ASCII, no dot before it. Raises ValidationError."""
    try:
        domain = text.strip().lower().lstrip("@.").encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not domain or not all(label.replace("-", "").isalnum() for label in domain.split(".")):
        raise ValidationError(_("Enter a mail domain such as example.com, or the end of many such as .cn."))
    return domain


class RiskyProvider(models.Model):
    """A mail domain, with all beneath it, whose provider can be made to tell who got which mail."""

    domain = models.CharField(
        _("mail domain"),
        max_length=100,
        unique=True,
        help_text=_("All domains that end so are meant, too: .cn stands for every domain of mainland China."),
    )
    note = models.CharField(_("why"), max_length=200, blank=True, help_text=_("For staff only."))

    class Meta:
        verbose_name = _("risky mail provider")
        verbose_name_plural = _("risky mail providers")
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """As readers know it: in their script, a whole country's domains with a dot before it."""
        name = self.domain.encode().decode("idna")
        return name if "." in name else f".{name}"

    def clean(self) -> None:
        super().clean()
        self.domain = ascii_domain(self.domain)

    @classmethod
    def endings(cls) -> dict[str, str]:
        """What addresses to warn of end with, as compared and as shown; single providers before whole countries."""
        rows = sorted(cls.objects.all(), key=lambda row: ("." not in row.domain, row.domain))
        return {row.domain: row.shown for row in rows}
