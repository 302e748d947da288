from django.urls import path

from channels.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.start, name="start"),
    path("neu/", views.new_person, name="new_person"),
    path("ohne-namen/", views.record_unnamed, name="record_unnamed"),
    path("person/<uuid:person_id>/", views.person, name="person"),
    path("person/<uuid:person_id>/unterlagen/", views.record, name="record"),
    path("person/<uuid:person_id>/antrag/<str:service>/", views.record, name="apply"),
    path("person/<uuid:person_id>/deckblaetter/<uuid:case_id>/", views.print_covers, name="covers"),
    path("fertig/<uuid:submission_id>/", views.done, name="done"),
]
