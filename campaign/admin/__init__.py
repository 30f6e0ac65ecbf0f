"""The admin: stock ModelAdmin on a site of our own, `campaign.admin.site.admin_site`. Buttons call the actions."""
