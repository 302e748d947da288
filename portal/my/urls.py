from django.urls import path

from portal.my import views

app_name = "my"
urlpatterns = [
    path("status/", views.lookup, name="lookup"),
    path("s/<str:secret>", views.status, name="status"),
    path("beleg/<str:secret>/", views.receipt, name="receipt"),
    path("beleg/<str:secret>/beleg.pdf", views.receipt_pdf, name="receipt_pdf"),
    path("beleg/<str:secret>/deckblatt.pdf", views.cover_sheets, name="covers"),
    path("beleg/<str:secret>/druck/<str:paper>/", views.receipt_print, name="receipt_print"),
]
