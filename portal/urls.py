"""Every address of the portal. Each include carries a namespace; portal/access.py says who may use it."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.my.urls")),
    path("team/", include("portal.team.urls")),
    path("antrag/", include("channels.web.urls")),
    path("post/", include("channels.post.urls")),
    path("schalter/", include("channels.desk.urls")),
    path("faelle/", include("casework.review.urls")),
    path("konto/", include("allauth.urls")),
    path("sprache/", include("django.conf.urls.i18n")),
]
