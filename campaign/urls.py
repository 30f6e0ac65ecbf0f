"""Every address of the site on one screen."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from campaign import api
from campaign.views import errors, machines, mailbox, pages, petitions, signatories

urlpatterns = [
    path("", pages.root, name="root"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("api/petitions/<slug:slug>/", api.petition, name="api-petition"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path(".well-known/security.txt", machines.security_txt, name="security-txt"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<slug:name>/", mailbox.mailbox_mail, name="mailbox-mail"),
    *i18n_patterns(
        path("", pages.front_page, name="front-page"),
        path("feed.atom", machines.feed, name="feed"),
        path("articles/<slug:slug>/", pages.article, name="article"),
        path("petitions/<slug:slug>/", petitions.petition, name="petition"),
        path("petitions/<slug:slug>/sign/", petitions.sign, name="sign"),
        path("petitions/<slug:slug>/check-your-email/", petitions.check_your_email, name="check-your-email"),
        path("petitions/<slug:slug>/embed/", petitions.embed, name="embed"),
        path("petitions/<slug:slug>/updates/", petitions.updates, name="updates"),
        path("s/<str:token>/", signatories.own_page, name="own-page"),
        path("privacy/", pages.fixed_page, {"name": "privacy"}, name="privacy"),
        path("safety/", pages.fixed_page, {"name": "safety"}, name="safety"),
        path("imprint/", pages.fixed_page, {"name": "imprint"}, name="imprint"),
        path("how-we-count/", pages.fixed_page, {"name": "how_we_count"}, name="how-we-count"),
    ),
]
if settings.CAMPAIGN_ROLE == "all":
    urlpatterns += [path("media/<path:path>", pages.media, name="media")]  # elsewhere the proxy serves the volume
if settings.HAS_ADMIN:
    from campaign.admin.site import admin_site  # the role `public` has no admin to import

    urlpatterns += [path("admin/", admin_site.urls)]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
