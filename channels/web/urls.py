from django.urls import path

from channels.web import papers, sending, starting, steps, uploads

app_name = "web"
urlpatterns = [
    path("", starting.start, name="start"),
    path("neu/<slug:service>/", starting.intro, name="intro"),
    path("sofort/", sending.formless, name="formless"),
    path("unterlagen/", sending.papers, name="papers"),
    path("weiter/", starting.resume, name="resume"),
    path("<uuid:draft>/", steps.go_on, name="draft"),
    path("<uuid:draft>/schritt/<slug:step>/", steps.step, name="step"),
    path("<uuid:draft>/schritt/<slug:step>/neu/", steps.entry, name="entry_new"),
    path("<uuid:draft>/schritt/<slug:step>/<int:number>/", steps.entry, name="entry"),
    path("<uuid:draft>/gespeichert/", steps.saved, name="saved"),
    path("<uuid:draft>/nummer/", papers.number, name="number"),
    path("<uuid:draft>/unterlagen/", papers.overview, name="draft_papers"),
    path("<uuid:draft>/unterlagen/<slug:kind>/", papers.paper, name="paper"),
    path("<uuid:draft>/unterlagen/<slug:kind>/seiten/", papers.change, name="change"),
    path("<uuid:draft>/unterlagen/<slug:kind>/ansehen/<int:kept>/<int:page>/", papers.view, name="view"),
    path("<uuid:draft>/unterlagen/<slug:kind>/hochladen/", uploads.create, name="uploads"),
    path("<uuid:draft>/hochladen/<uuid:upload>/", uploads.upload, name="upload"),
    path("<uuid:draft>/bild/<int:kept>/<int:page>/", papers.picture, name="picture"),
    path(
        "<uuid:draft>/bild/<int:kept>/<int:page>/klein/",
        papers.picture,
        {"thumbnail": True},
        name="thumbnail",
    ),
    path("<uuid:draft>/pruefen/", sending.check, name="check"),
]
