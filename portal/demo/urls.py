from django.urls import path

from portal.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("brief/<uuid:public_id>/", views.letter, name="letter"),
]
