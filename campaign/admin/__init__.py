"""The admin: stock ModelAdmin on a site of our own, `campaign.admin.site.admin_site`. Buttons call the actions."""

from campaign.admin import articles, decisions, deliveries, mail, petitions, signatories, staff, updates

__all__ = ["articles", "decisions", "deliveries", "mail", "petitions", "signatories", "staff", "updates"]
