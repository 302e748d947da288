from django.urls import path

from channels.desk import helpers, views

app_name = "desk"
urlpatterns = [
    path("", views.start, name="start"),
    path("neu/", views.new_person, name="new_person"),
    path("ohne-namen/", views.record_unnamed, name="record_unnamed"),
    path("person/<uuid:person_id>/", views.person, name="person"),
    path("person/<uuid:person_id>/unterlagen/", views.record, name="record"),
    path("person/<uuid:person_id>/antrag/<str:service>/", views.record, name="apply"),
    path("person/<uuid:person_id>/deckblaetter/<uuid:case_id>/", views.print_covers, name="covers"),
    path("person/<uuid:person_id>/hilfe/", helpers.helpers, name="helpers"),
    path("person/<uuid:person_id>/hilfe/<uuid:helper_id>/", helpers.helper, name="helper"),
    path("person/<uuid:person_id>/hilfe/<uuid:helper_id>/beenden/", helpers.revoke, name="helper_revoke"),
    path("fertig/<uuid:submission_id>/", views.done, name="done"),
]
