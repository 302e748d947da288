from django.urls import path

from portal.my import case, correcting, helpers, talking, views

app_name = "my"
urlpatterns = [
    path("status/", views.lookup, name="lookup"),
    path("s/<str:key>", views.status, name="status"),
    path("s/<str:key>/geburtsdatum/", case.confirm, name="confirm"),
    path("s/<str:key>/geoeffnet/", case.opened, name="opened"),
    path("s/<str:key>/nachrichten/", talking.messages, name="messages"),
    path("s/<str:key>/korrigieren/", correcting.correct, name="correct"),
    path("s/<str:key>/daten/", case.details, name="details"),
    path("s/<str:key>/termine/", case.appointments, name="appointments"),
    path("s/<str:key>/alles/", case.download, name="download"),
    path("s/<str:key>/hilfe/", helpers.helpers, name="helpers"),
    path("s/<str:key>/hilfe/<uuid:helper>/", helpers.helper, name="helper"),
    path("s/<str:key>/hilfe/<uuid:helper>/beenden/", helpers.revoke, name="helper_revoke"),
    path("fertig/", case.leave, name="leave"),
    path("beleg/<str:secret>/", views.receipt, name="receipt"),
    path("beleg/<str:secret>/beleg.pdf", views.receipt_pdf, name="receipt_pdf"),
    path("beleg/<str:secret>/deckblatt.pdf", views.cover_sheets, name="covers"),
    path("beleg/<str:secret>/druck/<str:paper>/", views.receipt_print, name="receipt_print"),
]
