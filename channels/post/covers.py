"""Separator sheets for the mailroom: laid between letters, so that a stack divides by itself."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from casework import covers

NUMBER = gettext_lazy("Geben Sie eine Zahl von 1 bis 100 ein.")


class SeparatorsForm(forms.Form):
    use_required_attribute = False

    anzahl = forms.IntegerField(
        label=gettext_lazy("Wie viele Trennblätter?"),
        min_value=1,
        max_value=covers.MOST_SEPARATORS,
        initial=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), NUMBER),
    )


@require_safe
def separators(request: HttpRequest) -> HttpResponse:
    """Ask how many, then the sheets as PDF; nothing changes by it."""
    form = SeparatorsForm(request.GET if "anzahl" in request.GET else None)
    if form.is_valid():
        return covers.as_file(covers.separators_pdf(form.cleaned_data["anzahl"]), "trennblaetter.pdf")
    status = 400 if form.errors else 200
    return render(request, "counter/separators.html", {"section": "post", "form": form}, status=status)
