"""A step of the catalogue as a Django form, for web and desk alike.

    Form = form_class(step, draft.answers)            # filled with what was answered before
    form = Form(request.POST) if sent else Form()
    if form.is_valid():
        draft.answers = answers_from_form(form, draft.answers)

A repeated step is edited one entry at a time: ``form_class(step, answers)`` is a new entry,
``form_class(step, answers, entry=0)`` the first one; ``without_entry`` takes one out.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext as _

from casework import numbers
from casework.catalogue import Question, Step
from casework.catalogue.flow import is_answered, matches, visible_questions
from channels import fields
from channels.amounts import written_amount

TEXT_LIMIT = 200
LONG_TEXT_LIMIT = 4000
YES, NO = "yes", "no"

Answers = Mapping[str, Any]


class StepForm(forms.Form):
    """The form of one step. Made by form_class, never by hand."""

    use_required_attribute = False  # errors are ours to word, not the browser's

    step: ClassVar[Step]
    entry: ClassVar[int | None]
    known: ClassVar[dict[str, Any]]  # answers of the steps before, for conditions
    filled_in: ClassVar[dict[str, Any]]  # what was answered before, as initial values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.filled_in, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def _clean_fields(self) -> None:
        # A question that an answer in the same step decides on is only required once that answer asks for
        # it, and a mistake in an answer nobody asks for must not stand in the way.
        asked = {question.key for question in self._asked(self._chosen())}
        unasked = [key for key in self.fields if key not in asked]
        required = [key for key in unasked if self.fields[key].required]
        for key in required:
            self.fields[key].required = False
        super()._clean_fields()  # type: ignore[misc]
        for key in required:
            self.fields[key].required = True  # so that it is not shown as optional
        for key in unasked:
            self.errors.pop(key, None)

    def _chosen(self) -> dict[str, Any]:
        """Answers of this form that conditions can look at, before anything is cleaned."""
        chosen: dict[str, Any] = {}
        for question in self.step.questions:
            if question.key in self.fields and question.type in ("yes_no", "choice", "choices"):
                value = self[question.key].data
                chosen[question.key] = (
                    {YES: True, NO: False}.get(value) if question.type == "yes_no" else value
                )
        return chosen

    def _asked(self, own: Answers) -> tuple[Question, ...]:
        hidden = dict.fromkeys(question.key for question in self.step.questions)
        return visible_questions(self.step, {**self.known, **hidden, **own})

    def cleaned_answers(self) -> dict[str, Any]:
        """What was answered, ready for JSON, without questions that do not follow from the other answers.

        Also works while some fields have errors: then it holds the others, so that a draft can keep them.
        ValueError if nothing was sent.
        """
        if not self.is_bound:
            raise ValueError("an empty form has no answers")
        self.is_valid()  # nobody has to remember to ask first
        cleaned = self.cleaned_data
        return {
            question.key: cleaned[question.key]
            for question in self._asked(cleaned)
            if is_answered(cleaned.get(question.key))
        }


def form_class(
    step: Step,
    answers: Answers | None = None,
    *,
    entry: int | None = None,
    everything_optional: bool = False,
) -> type[StepForm]:
    """The form of this step in the active language, filled with the answers given before.

    answers: all answers of the draft so far; they decide which questions are asked.
    entry: in a repeated step, the entry to edit (from 0); None: a new one. IndexError if there is none.
    everything_optional: for the desk, where somebody may not know everything right now.
    """
    known = dict(answers or {})
    before = known
    if step.repeat:
        before = dict((known.get(step.key) or [])[entry]) if entry is not None else {}
        known.update(dict.fromkeys(question.key for question in step.questions))
    own = {question.key for question in step.questions}
    # A condition inside the step is decided when the form comes back, one on an earlier step now.
    shown = [
        question
        for question in step.questions
        if matches(tuple(pair for pair in question.when if pair[0] not in own), known)
    ]
    attributes = {"__module__": __name__, "step": step, "entry": entry, "known": known}
    form = cast("type[StepForm]", type("StepForm", (StepForm,), attributes))
    form.filled_in = {q.key: _typed(q, before[q.key]) for q in shown if is_answered(before.get(q.key))}
    # Not as class attributes: a question may be called like an attribute of the form.
    form.base_fields = {question.key: _field(question, everything_optional) for question in shown}
    return form


def answers_from_form(form: StepForm, answers: Answers) -> dict[str, Any]:
    """All answers with those of the form in place; ``answers`` itself stays as it is.

    In a repeated step the entry is replaced or added. Answers to questions that are no longer asked stay:
    whoever goes back finds them again; flow.relevant_answers leaves them out when it is sent.
    """
    step, given = form.step, form.cleaned_answers()
    if not step.repeat:
        kept = {key: value for key, value in answers.items() if key not in form.fields}
        return {**kept, **given}
    entries = [dict(entry) for entry in answers.get(step.key) or []]
    if form.entry is None:
        entries.append(given)
    else:
        entries[form.entry] = given
    return {**answers, step.key: entries}


def may_add_entry(step: Step, answers: Answers) -> bool:
    """Whether a repeated step has room for one more."""
    return bool(step.repeat) and len(answers.get(step.key) or []) < (step.repeat or 0)


def without_entry(step: Step, answers: Answers, entry: int) -> dict[str, Any]:
    """All answers without this entry of a repeated step. IndexError if there is none."""
    entries = list(answers.get(step.key) or [])
    del entries[entry]
    return {**answers, step.key: entries}


def _typed(question: Question, value: Any) -> Any:
    """A stored answer as it would be typed."""
    if question.type == "yes_no":
        return {True: YES, False: NO}.get(value)
    if question.type == "money":
        return written_amount(str(value))
    if question.type == "iban":
        return numbers.iban_in_groups(str(value))
    return value


def _field(question: Question, everything_optional: bool) -> forms.Field:
    label = str(question.label)
    required = question.required and not everything_optional
    chosen = question.type in ("yes_no", "choice", "choices")
    message = _("Wählen Sie aus: %(label)s") if chosen else _("Geben Sie an: %(label)s")
    options: dict[str, Any] = {
        "label": label,
        "help_text": str(question.help),
        "required": required,
        "error_messages": {
            "required": message % {"label": label},
            "invalid_choice": _("Wählen Sie eine der Antworten aus."),
        },
    }
    field = _choice(question, options) if chosen else _written(question, options)
    # Templates reach these through the bound field: field.field.why
    notes = {"why": question.why, "example": question.example, "help": question.help}
    for name, text in notes.items():
        setattr(field, name, str(text) if text else "")
    return field


def _choice(question: Question, options: dict[str, Any]) -> forms.Field:
    choices = [(option.key, str(option.label)) for option in question.options]
    if question.type == "choices":
        exclusive = {option.key: str(option.label) for option in question.options if option.exclusive}
        widget = forms.CheckboxSelectMultiple()
        return fields.ChoicesField(exclusive=exclusive, choices=choices, widget=widget, **options)
    if question.type == "yes_no":
        choices = [(YES, _("Ja")), (NO, _("Nein"))]
    if not options["required"]:
        choices.append(("", _("Keine Angabe")))  # without it a radio button could never be taken back
    return forms.TypedChoiceField(
        choices=choices,
        coerce=_yes_no if question.type == "yes_no" else str,
        empty_value=None,
        widget=forms.RadioSelect(),
        **options,
    )


def _yes_no(value: str) -> bool:
    return value == YES


def _written(question: Question, options: dict[str, Any]) -> forms.Field:
    if question.type == "date":
        return fields.DateField(rule=question.date_rule, autocomplete=question.autocomplete, **options)
    attributes: dict[str, str] = {}
    if question.autocomplete:
        attributes["autocomplete"] = question.autocomplete
    if question.type == "text":
        limit = question.max_length or TEXT_LIMIT
        return fields.TextField(limit=limit, widget=forms.TextInput(attributes), **options)
    if question.type == "long_text":
        limit = question.max_length or LONG_TEXT_LIMIT
        return fields.TextField(limit=limit, widget=forms.Textarea({**attributes, "rows": "5"}), **options)
    attributes |= _KEYBOARDS.get(question.type, {})
    widget = {"email": forms.EmailInput, "phone": _PhoneInput}.get(question.type, forms.TextInput)(attributes)
    if question.type == "number":
        read = fields.whole_number(question.minimum, question.maximum)
        return fields.ReadField(read=read, widget=widget, **options)
    return fields.ReadField(read=_READERS[question.type], widget=widget, **options)


class _PhoneInput(forms.TextInput):
    input_type = "tel"


# Numbers that hold letters or slashes need the whole keyboard, but no help with spelling.
_COPIED = {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}
_KEYBOARDS = {
    "number": {"inputmode": "numeric"},
    "postcode": {"inputmode": "numeric"},
    "money": {"inputmode": "decimal"},
    "email": {"spellcheck": "false", "autocapitalize": "none"},
    "customer_number": _COPIED,
    "household_number": _COPIED,
    "iban": _COPIED,
    "pension_number": _COPIED,
}
_READERS = {
    "money": fields.money,
    "email": fields.email,
    "phone": fields.phone,
    "postcode": fields.postcode,
    "customer_number": fields.customer_number,
    "household_number": fields.household_number,
    "iban": fields.iban,
    "pension_number": fields.pension_number,
}
