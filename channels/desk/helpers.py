"""Who helps a person, recorded at the desk: helpers, agents with a power of attorney, and company."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import finding, helping, queries
from casework.clock import berlin_day, database_now
from casework.envelope import Actor, Role
from casework.helpscope import Scope
from casework.models import Case, CaseHelper, Person, User
from casework.workflow import CaseState
from channels import fields
from channels.desk.forms import DeskForm, case_label


class HelperForm(DeskForm):
    case = forms.ChoiceField(label=gettext_lazy("Fall"))
    name = fields.TextField(
        limit=120,
        label=gettext_lazy("Name der Person oder Stelle, die hilft"),
        error_messages={"required": gettext_lazy("Geben Sie den Namen an.")},
    )
    relation = fields.TextField(limit=40, required=False, label=gettext_lazy("Beziehung"))
    organisation = forms.BooleanField(
        required=False,
        label=gettext_lazy("Eine Stelle: Mehrere können helfen, jede mit eigenem Namen."),
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
    ends_on = fields.DateField(
        rule="any",
        label=gettext_lazy("Letzter Tag"),
        help_text=gettext_lazy("Höchstens ein Jahr."),
        error_messages={"required": gettext_lazy("Geben Sie den letzten Tag an.")},
    )
    is_agent = forms.BooleanField(
        required=False, label=gettext_lazy("Eine schriftliche Vollmacht lag vor (§ 13 Absatz 1 SGB X).")
    )

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [(str(c.public_id), case_label(c)) for c in cases]  # type: ignore[attr-defined]

    def clean_ends_on(self) -> date:
        day = date.fromisoformat(self.cleaned_data["ends_on"])
        today = berlin_day(database_now())
        if not today <= day <= today + helping.LONGEST:
            raise forms.ValidationError(_("Der letzte Tag liegt zwischen heute und in einem Jahr."))
        return day


class CompanionForm(DeskForm):
    case = forms.ChoiceField(label=gettext_lazy("Fall"))
    name = fields.TextField(
        limit=120,
        label=gettext_lazy("Wer war dabei?"),
        error_messages={"required": gettext_lazy("Geben Sie den Namen an.")},
    )
    relation = fields.TextField(limit=40, required=False, label=gettext_lazy("Beziehung"))

    def __init__(self, *args: Any, cases: list[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [(str(c.public_id), case_label(c)) for c in cases]  # type: ignore[attr-defined]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "portal.access lets only the desk in"
    return request.user


def _actor(request: HttpRequest) -> Actor:
    return Actor(Role.DESK, _user(request).pk)


def _found(request: HttpRequest, person_id: UUID) -> tuple[Person, list[Case]]:
    """The person, and her open cases."""
    person = get_object_or_404(queries.people_visible_to(_user(request)), public_id=person_id)
    cases = finding.cases_of(_user(request), person)
    return person, [case for case in cases if case.state == CaseState.OPEN]


def _case(cases: list[Case], public_id: str) -> Case:
    return next(case for case in cases if str(case.public_id) == public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def helpers(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Who helps, and the two forms: a helper (or agent), and somebody who only came along."""
    person, cases = _found(request, person_id)
    act = request.POST.get("do", "")
    soon = berlin_day(database_now()) + timedelta(days=182)
    form = HelperForm(
        request.POST if act == "invite" else None,
        cases=cases,
        prefix="helper",
        initial={"ends_on": soon.isoformat()},
    )
    company = CompanionForm(request.POST if act == "companion" else None, cases=cases, prefix="company")
    if cases and form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = helping.invite(
                _case(cases, data["case"]),
                name=data["name"],
                relation=data["relation"],
                organisation=data["organisation"],
                scope=Scope(data["scope"]),
                ends_on=data["ends_on"],
                is_agent=data["is_agent"],
                actor=_actor(request),
            )
        except helping.NotPossible:
            form.add_error(None, _("Es sind schon viele eingeladen. Beenden Sie zuerst eine andere Hilfe."))
        else:
            return redirect("desk:helper", person.public_id, made.public_id)
    if cases and company.is_bound and company.is_valid():
        data = company.cleaned_data
        helping.note_companion(_case(cases, data["case"]), data["name"], data["relation"], _actor(request))
        messages.success(request, _("%(name)s ist als Begleitung vermerkt.") % {"name": data["name"]})
        return redirect("desk:helpers", person.public_id)
    context = {
        "section": "desk",
        "person": person,
        "cases": cases,
        "form": form,
        "company": company,
        "helpers": [(helper, helping.is_open(helper)) for helper in helping.all_of(cases)],
        "companions": helping.companions_of(cases),
    }
    status = 400 if form.errors or company.errors else 200
    return render(request, "desk/helpers.html", context, status=status)


@require_safe
def helper(request: HttpRequest, person_id: UUID, helper_id: UUID) -> HttpResponse:
    """The invitation, to be printed and handed over."""
    person, cases = _found(request, person_id)
    found = _helper(cases, helper_id)
    if helping.invitation(found.code) is None:
        return redirect("desk:helpers", person.public_id)
    context = {"section": "desk", "person": person, "helper": found, "link": helping.link_of(found)}
    return render(request, "desk/helper.html", context)


@require_POST
def revoke(request: HttpRequest, person_id: UUID, helper_id: UUID) -> HttpResponse:
    person, cases = _found(request, person_id)
    found = _helper(cases, helper_id)
    helping.revoke(found, _actor(request))
    messages.success(request, _("%(name)s darf ab sofort nicht mehr helfen.") % {"name": found.name})
    return redirect("desk:helpers", person.public_id)


def _helper(cases: list[Case], public_id: UUID) -> CaseHelper:
    """Errors: Http404 for a helper of another person's case."""
    found = CaseHelper.objects.filter(case__in=cases, public_id=public_id).first()
    if found is None:
        raise Http404
    return found
