"""Who may help with my case: invite, see, take back. Only for whoever may see everything of the case."""

from datetime import date, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from casework import helping
from casework.clock import berlin_day, database_now
from casework.envelope import Actor
from casework.helpscope import Scope
from casework.models import CaseHelper
from casework.sight import Sight
from channels import fields
from portal.my import visit

MONTHS = {"1": 30, "3": 91, "6": 182, "12": 365}  # days


class InviteForm(forms.Form):
    use_required_attribute = False

    name = fields.TextField(
        limit=120,
        label=gettext_lazy("Wer soll helfen?"),
        help_text=gettext_lazy(
            "Name der Person oder der Stelle, zum Beispiel: Samir, oder Beratungsstelle Mitte."
        ),
        error_messages={"required": gettext_lazy("Geben Sie an, wer helfen soll.")},
    )
    relation = fields.TextField(
        limit=40,
        required=False,
        label=gettext_lazy("Wer ist das für Sie?"),
        help_text=gettext_lazy("Zum Beispiel: Bruder, Freundin, Beratung. Sie können das leer lassen."),
    )
    organisation = forms.ChoiceField(
        label=gettext_lazy("Ist das eine Person oder eine Stelle?"),
        choices=[
            ("person", gettext_lazy("Eine Person")),
            (
                "organisation",
                gettext_lazy("Eine Stelle: Mehrere können helfen, jede mit eigenem Namen."),
            ),
        ],
        initial="person",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Wählen Sie eine Antwort.")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Was darf die Hilfe?"),
        choices=[
            ("send", gettext_lazy("Unterlagen schicken, sonst nichts")),
            ("status", gettext_lazy("Den Stand sehen, aber nichts schicken")),
            ("everything", gettext_lazy("Unterlagen schicken und den Stand sehen")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Wählen Sie aus, was die Hilfe darf.")},
    )
    months = forms.ChoiceField(
        label=gettext_lazy("Wie lange?"),
        help_text=gettext_lazy("Sie können es jederzeit sofort beenden."),
        choices=[
            ("1", gettext_lazy("1 Monat")),
            ("3", gettext_lazy("3 Monate")),
            ("6", gettext_lazy("6 Monate")),
            ("12", gettext_lazy("12 Monate")),
        ],
        initial="3",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Wählen Sie aus, wie lange.")},
    )

    @property
    def ends_on(self) -> date:
        return berlin_day(database_now()) + timedelta(days=MONTHS[self.cleaned_data["months"]])

    @property
    def values(self) -> dict[str, object]:
        """What casework.helping.invite asks for."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "relation": data["relation"],
            "organisation": data["organisation"] == "organisation",
            "scope": Scope(data["scope"]),
            "ends_on": self.ends_on,
        }


@visit.whole_case
@require_http_methods(["GET", "HEAD", "POST"])
def helpers(request: HttpRequest, seen: Sight) -> HttpResponse:
    assert seen.case is not None
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = helping.invite(seen.case, actor=_actor(request, seen), **form.values)  # type: ignore[arg-type]
        except helping.NotPossible:
            form.add_error(None, _("Es sind schon viele eingeladen. Beenden Sie zuerst eine andere Hilfe."))
        else:
            return redirect("my:helper", seen.key, made.public_id)
    now = database_now()
    context = {
        "seen": seen,
        "form": form,
        "helpers": [(h, helping.is_open(h), h.code_until > now) for h in helping.all_of([seen.case])],
        "here": "helpers",
    }
    return render(request, "citizen/helpers.html", context, status=400 if form.errors else 200)


@visit.whole_case
@require_http_methods(["GET", "HEAD"])
def helper(request: HttpRequest, seen: Sight, helper: UUID) -> HttpResponse:
    """The invitation to hand over: code, link, QR code, and what it means for both."""
    found = _of_case(seen, helper)
    if helping.invitation(found.code) is None:
        return redirect("my:helpers", seen.key)
    context = {"seen": seen, "helper": found, "link": helping.link_of(found), "here": "helper"}
    return render(request, "citizen/helper.html", context)


@require_POST
@visit.whole_case
def revoke(request: HttpRequest, seen: Sight, helper: UUID) -> HttpResponse:
    found = _of_case(seen, helper)
    helping.revoke(found, _actor(request, seen))
    messages.success(request, _("%(name)s darf ab sofort nicht mehr helfen.") % {"name": found.name})
    return redirect("my:helpers", seen.key)


def _of_case(seen: Sight, helper: UUID) -> CaseHelper:
    """Errors: Http404 for a helper of another case."""
    found = CaseHelper.objects.filter(case=seen.case, public_id=helper).first()
    if found is None:
        raise Http404
    return found


def _actor(request: HttpRequest, seen: Sight) -> Actor:
    account = request.user.pk if getattr(request.user, "claimant", False) else None
    return Actor(seen.actor.role, account)
