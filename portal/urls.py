"""Every address of the portal. Each include carries a namespace; portal/access.py says who may use it."""

from django.urls import include, path

from portal.accounts.urls import account_urls, entry_urls

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.my.urls")),
    path("postausgang/", include("portal.demo.urls")),
    path("helfen/", include("portal.helping.urls")),
    path("team/", include("portal.team.urls")),
    path("antrag/", include("channels.web.urls")),
    path("post/", include("channels.post.urls")),
    path("schalter/", include("channels.desk.urls")),
    path("faelle/", include("casework.review.urls")),
    path("konto/", include((entry_urls, "entry"))),
    path("konto/", include((account_urls, "account"))),
    path("konto/", include("allauth.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
]
