from django.urls import path

from casework.review import (
    views_case,
    views_covers,
    views_document,
    views_failures,
    views_inbox,
    views_search,
    views_tray,
)

app_name = "review"
urlpatterns = [
    path("", views_inbox.inbox, name="inbox"),
    path("fall/<uuid:public_id>/", views_case.case, name="case"),
    path("fall/<uuid:public_id>/zuweisen/", views_case.assign, name="assign"),
    path("fall/<uuid:public_id>/schliessen/", views_case.close, name="close"),
    path("fall/<uuid:public_id>/wieder-oeffnen/", views_case.reopen, name="reopen"),
    path("fall/<uuid:public_id>/anfordern/", views_case.request_paper, name="request"),
    path("fall/<uuid:public_id>/deckblaetter/", views_covers.choose, name="covers"),
    path("anforderung/<uuid:public_id>/nicht-noetig/", views_case.waive, name="waive"),
    path("eingang/<uuid:public_id>/trennen/", views_case.separate, name="separate"),
    path("eingang/<uuid:public_id>/bestaetigen/", views_case.confirm_join, name="confirm_join"),
    path("dokument/<uuid:public_id>/", views_document.document, name="document"),
    path("dokument/<uuid:public_id>/seite/<int:number>/", views_document.page, name="page"),
    path("dokument/<uuid:public_id>/annehmen/", views_document.accept, name="accept"),
    path("dokument/<uuid:public_id>/noch-einmal/", views_document.reject, name="reject"),
    path("dokument/<uuid:public_id>/zuruecknehmen/", views_document.undo, name="undo"),
    path("dokument/<uuid:public_id>/art/", views_document.correct_kind, name="kind"),
    path("dokument/<uuid:public_id>/original/<int:position>/", views_document.original, name="original"),
    path("suche/", views_search.search, name="search"),
    path("zuordnung/", views_tray.tray, name="tray"),
    path("zuordnung/<uuid:public_id>/", views_tray.link, name="link"),
    path("zuordnung/<uuid:public_id>/fall/", views_tray.link_case, name="link_case"),
    path("zuordnung/<uuid:public_id>/neuer-fall/", views_tray.link_new_case, name="link_new_case"),
    path("zuordnung/<uuid:public_id>/neue-person/", views_tray.link_new_person, name="link_new_person"),
    path("stoerungen/", views_failures.failures, name="failures"),
    path("stoerungen/<int:pk>/wiederholen/", views_failures.retry, name="retry"),
]
