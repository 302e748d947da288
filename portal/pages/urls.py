from django.urls import path

from portal.pages import components, feedback, views

app_name = "pages"
urlpatterns = [
    path("", views.start, name="start"),
    path("hilfe/", views.help_page, name="help"),
    path("barrierefreiheit/", views.accessibility, name="accessibility"),
    path("datenschutz/", views.privacy, name="privacy"),
    path("rueckmeldung/", feedback.give, name="feedback"),
    path("rueckmeldung/tafel/", feedback.board, name="feedback_board"),
    path("bausteine/", components.components, name="components"),
    path("health/", views.health, name="health"),
    path("beleg/schluessel/", views.register_key, name="register_key"),
]
