"""The admin: stock ModelAdmin on a site of our own, `campaign.admin.site.admin_site`. Buttons call the actions."""

from campaign.admin import (
    addressees,
    articles,
    decisions,
    deliveries,
    mail,
    petitions,
    providers,
    sessions,
    signatories,
    staff,
    updates,
)

__all__ = [
    "addressees",
    "articles",
    "decisions",
    "deliveries",
    "mail",
    "petitions",
    "providers",
    "sessions",
    "signatories",
    "staff",
    "updates",
]
