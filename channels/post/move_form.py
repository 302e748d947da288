"""Which pages of a paper belong elsewhere, and where."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.catalogue import catalogue

_PAGES = gettext_lazy("Haken Sie an, welche Seiten woanders hingehören.")
_LETTER = gettext_lazy("Wählen Sie aus, wohin die Seiten gehören.")


class MoveForm(forms.Form):
    STACK = "stack"  # as the target: no letter, back into the stack

    use_required_attribute = False

    pages = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _PAGES, "invalid_choice": _PAGES}
    )
    letter = forms.ChoiceField(
        label=gettext_lazy("Wohin gehören die Seiten?"),
        error_messages={"required": _LETTER, "invalid_choice": _LETTER},
    )
    kind = forms.ChoiceField(label=gettext_lazy("Was ist das für ein Papier?"), required=False)

    def __init__(self, *args: Any, numbers: list[int], letters: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(kind.key, str(kind.name)) for kind in catalogue().kinds()]
        self.fields["pages"].choices = [(n, n) for n in numbers]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("Wie bisher")), *kinds]  # type: ignore[attr-defined]
        self.fields["letter"].choices = [  # type: ignore[attr-defined]
            ("", _("Bitte wählen")),
            (self.STACK, _("Zurück in den Stapel")),
            *letters,
        ]

    @property
    def ticked(self) -> set[int]:
        """Pages ticked in what was sent, for showing the form again."""
        sent = self.data.getlist("pages") if self.is_bound and hasattr(self.data, "getlist") else []
        return {int(n) for n in sent if n.isdigit()}
