"""Every address of the site on one screen."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path

from campaign import api
from campaign.views import (
    challenges,
    deliveries,
    errors,
    machines,
    mailbox,
    pages,
    petitions,
    record,
    signatories,
)

urlpatterns = [
    *i18n_patterns(
        # First what the day of the rush is about: each address before the one that is asked for costs its match.
        path("petitions/<slug:slug>/sign/", petitions.sign, name="sign"),
        path("s/<str:token>/", signatories.own_page, name="own-page"),
        path("petitions/<slug:slug>/check-your-email/", petitions.check_your_email, name="check-your-email"),
        path("", pages.front_page, name="front-page"),
        path("feed.atom", machines.feed, name="feed"),
        path("articles/<slug:slug>/", pages.article, name="article"),
        path("articles/<slug:slug>/qr.svg", pages.qr_code, {"name": "article"}, name="article-qr"),
        path("petitions/<slug:slug>/", petitions.petition, name="petition"),
        path("petitions/<slug:slug>/qr.svg", pages.qr_code, {"name": "petition"}, name="petition-qr"),
        path("petitions/<slug:slug>/embed/", petitions.embed, name="embed"),
        path("petitions/<slug:slug>/deliveries/", deliveries.deliveries, name="deliveries"),
        path("petitions/<slug:slug>/updates/", petitions.updates, name="updates"),
        path("petitions/<slug:slug>/versions/", petitions.versions, name="versions"),
        path("petitions/<slug:slug>/names/", record.names, name="names"),
        path("petitions/<slug:slug>/integrity/", record.integrity, name="integrity"),
        path("d/<str:token>/", deliveries.delivery_link, name="delivery-link"),
        path("u/<str:token>/", signatories.unsubscribe, name="unsubscribe"),
        path("privacy/", pages.fixed_page, {"name": "privacy"}, name="privacy"),
        path("safety/", pages.fixed_page, {"name": "safety"}, name="safety"),
        path("imprint/", pages.fixed_page, {"name": "imprint"}, name="imprint"),
        path("how-we-count/", record.how_we_count, name="how-we-count"),
    ),
    path("", pages.root, name="root"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("api/petitions/<slug:slug>/", api.petition, name="api-petition"),
    path("api/petitions/<slug:slug>/challenge/", challenges.challenge, name="challenge"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path("verify.py", machines.verifier, name="verifier"),
    path(".well-known/security.txt", machines.security_txt, name="security-txt"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<slug:name>/", mailbox.mailbox_mail, name="mailbox-mail"),
]
if settings.CAMPAIGN_ROLE == "all":
    # Elsewhere the proxy serves both volumes.
    log_path = r"^log/(?P<slug>[\w-]+)/(?P<path>checkpoint|key|tile/(?:\d+|entries)/(?:x\d{3}/)*\d{3}(?:\.p/\d+)?)$"
    urlpatterns += [
        path("media/<path:path>", pages.media, name="media"),
        re_path(log_path, machines.log_file, name="log-file"),
    ]
if settings.HAS_ADMIN:
    from campaign.admin.site import admin_site  # the role `public` has no admin to import

    urlpatterns += [path("admin/", include("campaign.admin.urls")), path("admin/", admin_site.urls)]

handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many_requests  # django-allauth asks for it
handler500 = errors.server_error
