"""The admin's addresses, under /admin/: registered models' own, and those of their buttons."""

from campaign.admin.site import admin_site

app_name = "admin"
urlpatterns = admin_site.get_urls()
