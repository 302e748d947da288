from django.urls import path

from portal.team import feedback, letters, views

app_name = "team"
urlpatterns = [
    path("", views.start, name="start"),
    path("briefe/", letters.letters, name="letters"),
    path("briefe/fertig-machen/", letters.make, name="letters_make"),
    path("briefe/pdf/", letters.as_pdf, name="letters_pdf"),
    path("briefe/zur-post/", letters.posted, name="letters_posted"),
    path("briefe/<uuid:public_id>/ansehen/", letters.open_one, name="letter_open"),
    path("briefe/<uuid:public_id>/nicht-zur-post/", letters.not_posted, name="letter_not_posted"),
    path("briefe/<uuid:public_id>/zurueck/", letters.came_back, name="notice_back"),
    path("rueckmeldungen/", feedback.rows, name="feedback"),
    path("rueckmeldungen/<uuid:public_id>/", feedback.one, name="feedback_one"),
]
