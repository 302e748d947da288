from django.urls import path

from channels.post import batches, corrections, covers, letters, views

app_name = "post"
urlpatterns = [
    path("", views.start, name="start"),
    path("brief/neu/", views.register, name="register"),
    path("brief/<uuid:letter>/", letters.letter, name="letter"),
    path("brief/<uuid:letter>/zuordnen/", letters.link, name="link"),
    path("brief/<uuid:letter>/neue-person/", letters.new_person, name="new_person"),
    path("brief/<uuid:letter>/trennen/", letters.separate, name="separate"),
    path("brief/<uuid:letter>/antrag/", letters.application, name="application"),
    path("papier/<uuid:document>/art/", letters.kind, name="kind"),
    path("papier/<uuid:document>/zurueck/", letters.withdraw, name="withdraw"),
    path("papier/<uuid:document>/richten/", corrections.correct, name="correct"),
    path("papier/<uuid:document>/teilen/", corrections.split, name="split"),
    path("papier/<uuid:document>/verbinden/", corrections.join, name="join"),
    path("papier/<uuid:document>/verschieben/", corrections.move, name="move"),
    path("stapel/<uuid:batch>/vorschlag/", corrections.take_over, name="take_over"),
    path("stapel/<uuid:batch>/rueckgaengig/", corrections.undo, name="undo"),
    path("stapel/neu/", batches.add, name="batch_add"),
    path("stapel/trennblaetter/", covers.separators, name="separators"),
    path("stapel/nicht-lesbar/", batches.unreadable, name="unreadable"),
    path("stapel/<uuid:batch>/", batches.batch, name="batch"),
    path("stapel/<uuid:batch>/beiseite/", batches.aside, name="aside"),
    path("stapel/<uuid:batch>/zurueck/<int:number>/", batches.put_back, name="put_back"),
    path("stapel/<uuid:batch>/seite/<int:number>/", batches.page, name="batch_page"),
    path("bild/<uuid:file>/<int:number>/<str:size>/", views.picture, name="page"),
]
