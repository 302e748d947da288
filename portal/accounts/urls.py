"""Addresses under /konto/: `entry` is open to everybody, `account` to claimants who are signed in."""

from django.urls import path

from portal.accounts import entry, passkeys, views

entry_urls = [
    path("anmelden/", entry.sign_in, name="sign_in"),
    path("anmelden/code/", entry.enter_code, name="code"),
    path("anmelden/passkey/", entry.Passkey.as_view(), name="passkey"),
    path("anmelden/ausweis/", entry.to_provider, name="provider"),
    path("anmelden/ausweis/antwort/", entry.provider_answer, name="provider_answer"),
]
account_urls = [
    path("", views.start, name="start"),
    path("fall-hinzufuegen/", views.gather, name="gather"),
    path("fall-hinzufuegen/<str:secret>/", views.gather_by_link, name="gather_by_link"),
    path("fall/<int:holding>/entfernen/", views.let_go, name="let_go"),
    path("entwurf/<uuid:draft>/", views.draft, name="draft"),
    path("e-mail/", views.email, name="email"),
    path("e-mail/code/", views.email_code, name="email_code"),
    path("passkeys/neu/", passkeys.Add.as_view(), name="passkey_add"),
    path("passkeys/<int:pk>/entfernen/", passkeys.Remove.as_view(), name="passkey_remove"),
    path("daten/", views.data, name="data"),
    path("loeschen/", views.delete, name="delete"),
]
