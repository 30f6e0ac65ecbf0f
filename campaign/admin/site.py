"""The admin's site: its titles, and an index that tells staff what they should know."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class CampaignAdminSite(admin.AdminSite):
    site_header = _("Undersigned")
    site_title = _("Undersigned")
    index_title = _("What there is to do")
    site_url = "/"


admin_site = CampaignAdminSite(name="admin")
