from django.urls import path

from portal.helping import views

app_name = "helping"
urlpatterns = [
    path("", views.enter, name="enter"),
    path("einladung/<str:code>/", views.invitation, name="invitation"),
    path("fuer/<uuid:person>/", views.case, name="case"),
    path("fuer/<uuid:person>/code/", views.code, name="code"),
    path("fuer/<uuid:person>/unterlagen/", views.send, name="send"),
    path("fuer/<uuid:person>/weiter/<uuid:draft>/", views.go_on, name="go_on"),
    path("fuer/<uuid:person>/beenden/", views.leave, name="leave"),
]
