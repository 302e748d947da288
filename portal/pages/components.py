"""Every component in every variant on one page, for developers and for the accessibility tests."""

from datetime import UTC, date, datetime

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from casework.models import Message
from channels.fields import DateField

# A sentence long enough to wrap, to look at the page from right to left.
ARABIC = "وصلت أوراقك إلينا. لا تحتاج إلى إرسالها مرة أخرى. رقم الاستلام موجود في الأعلى."


class SampleForm(forms.Form):
    """One field of each kind; bound to nothing it shows every error."""

    use_required_attribute = False

    name = forms.CharField(
        label="Wie heißen Sie?",
        help_text="So wie es in Ihrem Ausweis steht.",
        error_messages={"required": "Bitte schreiben Sie Ihren Namen."},
    )
    email = forms.EmailField(label="E-Mail-Adresse", required=False)
    birth = DateField(
        label="Wann sind Sie geboren?",
        help_text="Tag, Monat und Jahr.",
        rule="birth",
        error_messages={"required": "Bitte schreiben Sie Ihren Geburtstag."},
    )
    rent = forms.CharField(
        label="Wie hoch ist Ihre Miete?",
        help_text="Die ganze Miete mit Nebenkosten.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Bitte schreiben Sie, wie hoch Ihre Miete ist."},
    )
    living = forms.ChoiceField(
        label="Mit wem wohnen Sie?",
        choices=[("alone", "Ich wohne allein"), ("others", "Ich wohne mit anderen Menschen")],
        widget=forms.RadioSelect,
        error_messages={"required": "Bitte wählen Sie eine Antwort."},
    )
    income = forms.MultipleChoiceField(
        label="Welches Geld bekommen Sie?",
        help_text="Sie können mehrere Antworten wählen.",
        choices=[("wage", "Lohn"), ("child", "Kindergeld"), ("none", "Nichts davon")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Bitte wählen Sie mindestens eine Antwort."},
    )
    kind = forms.ChoiceField(
        label="Was ist das für ein Papier?",
        choices=[("", "Bitte wählen"), ("lease", "Mietvertrag"), ("payslip", "Lohnabrechnung")],
        error_messages={"required": "Bitte wählen Sie, was für ein Papier das ist."},
    )
    remarks = forms.CharField(label="Möchten Sie noch etwas sagen?", widget=forms.Textarea, required=False)
    sure = forms.BooleanField(
        label="Ich habe alle Angaben geprüft.",
        error_messages={"required": "Bitte prüfen Sie Ihre Angaben und setzen Sie den Haken."},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["rent"].why = "Wir zahlen vielleicht Ihre Miete."  # type: ignore[attr-defined]
        self.fields["rent"].example = "512,40 Euro"  # type: ignore[attr-defined]


SAMPLE_FILES = [
    {"id": 1, "name": "Mietvertrag.pdf", "size": 2_430_112, "pages": 4, "picture": "", "problem": ""},
    {
        "id": 2,
        "name": "IMG_20261112_140307_ein_sehr_langer_datei_name_ohne_leer_zeichen.jpg",
        "size": 845_000,
        "pages": 1,
        "picture": "",
        "problem": "Das Foto ist sehr dunkel. Können Sie alles lesen? Sonst machen Sie bitte ein neues Foto.",
    },
]
SAMPLE_ROWS = [
    {"key": "Name", "value": "Amira Haddad", "change": "#", "context": "Name"},
    {"key": "Geburtstag", "value": date(1991, 4, 7), "change": "#", "context": "Geburtstag"},
    {"key": "Telefon", "value": "", "change": "#", "context": "Telefon"},
]


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The page. Query: ``lang=ar`` (right to left), ``staff`` (the layout for staff), ``errors``.

    Not for the public: only outside production. Errors: PermissionDenied.
    """
    from django.conf import settings

    if settings.PRODUCTION:
        raise PermissionDenied
    language = "ar" if request.GET.get("lang") == "ar" else translation.get_language() or "de"
    form = SampleForm({}) if "errors" in request.GET else SampleForm()
    context = {
        "base": "base_staff.html" if "staff" in request.GET else "base.html",
        "form": form,
        "arabic": ARABIC,
        "files": SAMPLE_FILES,
        "rows": SAMPLE_ROWS,
        "winter": datetime(2026, 11, 12, 13, 3, tzinfo=UTC),
        "summer": datetime(2026, 7, 31, 21, 59, tzinfo=UTC),
        "sample_message": Message(
            text="Meine neue Nummer steht auf dem Brief.\n\nIch habe noch eine Frage: ما هو الموعد؟",
            written_at=datetime(2026, 11, 12, 13, 3, tzinfo=UTC),
            role="claimant",
        ),
        "page": Paginator(range(120), 50).get_page(2),
        "section": "inbox",
    }
    with translation.override(language):
        return render(request, "pages/components.html", context)
