from django.urls import path

from portal.team import views

app_name = "team"
urlpatterns = [path("", views.start, name="start")]
