"""Components: one template each in templates/components/, its options on top of the file.

All of them are seen in every variant on the page of portal/pages/components.py. An unknown option or
variant is an error wherever it can be noticed before people are affected (tests, demo); in production
the first variant is shown and the mistake is logged.
"""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi

from casework import codes
from casework.catalogue.text import Text

register = template.Library()
log = logging.getLogger(__name__)

ALERTS = ("info", "success", "warning", "danger")
TONES = ("neutral", "info", "success", "warning", "danger")
BUTTONS = ("primary", "secondary", "tertiary", "danger")
# How something came in or who acted; the icons of static/css/angekommen.css.
ICONS = ("office", "web", "post", "desk", "person", "clock", "done", "todo", "camera", "file")
# Levels of django.contrib.messages.
MESSAGE_TONES = {
    "debug": "info",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}
BERLIN = ZoneInfo("Europe/Berlin")


class ComponentError(ValueError):
    """A template uses a component in a way the component does not know."""


def choose(component: str, option: str, value: str, allowed: Sequence[str]) -> str:
    """The value if it is allowed. Errors: ComponentError, except in production (first allowed value)."""
    if value in allowed:
        return value
    message = f"{component}: {option} must be one of {', '.join(allowed)}, not {value!r}"
    if not settings.PRODUCTION:
        raise ComponentError(message)
    log.error(message)
    return allowed[0]


def render(component: str, /, **values: Any) -> SafeString:
    return mark_safe(render_to_string(f"components/{component}.html", values).strip())  # noqa: S308  escaped by the template


def inner(content: str) -> SafeString:
    """What stands between the tags of a block; already escaped by the template engine."""
    return mark_safe(content.strip())  # noqa: S308  escaped by the caller


# --- messages to people


@register.simple_block_tag
def alert(content: str, variant: str, title: str = "", heading: int = 2, role: str = "") -> SafeString:
    choose("alert", "heading", str(heading), ("2", "3", "4"))
    return render(
        "alert",
        variant=choose("alert", "variant", variant, ALERTS),
        title=title,
        heading=heading,
        role=choose("alert", "role", role, ("", "status", "alert")),
        body=inner(content),
    )


@register.simple_tag
def message_tone(level_tag: str) -> str:
    """The alert variant of a message of django.contrib.messages."""
    return MESSAGE_TONES[choose("message", "level", level_tag or "info", tuple(MESSAGE_TONES))]


@register.simple_tag
def badge(tone: str, text: str) -> SafeString:
    return render("badge", tone=choose("badge", "tone", tone, TONES), text=text)


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    return render("empty_state", title=title, body=inner(content))


# --- acting


@register.simple_tag
def button(
    text: str,
    *,
    variant: str = "secondary",
    block: bool = False,
    small: bool = False,
    type: str = "submit",
    name: str = "",
    value: str = "",
    form: str = "",
    formaction: str = "",
    context: str = "",
    icon: str = "",
    busy: str = "",
    prints: bool = False,
) -> SafeString:
    return render(
        "button",
        text=text,
        variant=choose("button", "variant", variant, BUTTONS),
        type=choose("button", "type", "button" if prints else type, ("submit", "button")),
        icon=choose("button", "icon", icon, ("", *ICONS)),
        block=block,
        small=small,
        name=name,
        value=value,
        form=form,
        formaction=formaction,
        context=context,
        busy=busy,
        prints=prints,
    )


@register.simple_tag
def submit(text: str, **options: Any) -> SafeString:
    """The one main button of a form; its text names the act ("Unterlagen jetzt absenden")."""
    return button(text, **{"variant": "primary", **options})


@register.simple_tag
def button_link(
    text: str,
    url: str,
    *,
    variant: str = "primary",
    block: bool = False,
    small: bool = False,
    icon: str = "",
    download: bool = False,
) -> SafeString:
    return render(
        "button_link",
        text=text,
        url=url,
        variant=choose("button_link", "variant", variant, BUTTONS),
        icon=choose("button_link", "icon", icon, ("", *ICONS)),
        block=block,
        small=small,
        download=download,
    )


@register.simple_block_tag
def card_links(content: str, label: str = "") -> SafeString:
    return render("card_links", label=label, body=inner(content))


@register.simple_tag
def card_link(
    title: str,
    url: str,
    text: str,
    *,
    note: str = "",
    icon: str = "",
    main: bool = False,
    level: int = 3,
) -> SafeString:
    choose("card_link", "level", str(level), ("2", "3"))
    return render(
        "card_link",
        title=title,
        url=url,
        text=text,
        note=note,
        icon=choose("card_link", "icon", icon, ("", *ICONS)),
        main=main,
        level=level,
    )


@register.simple_tag
def legal_text(text: Text) -> SafeString:
    """Words of the law or about rights: the person's language, and beside it the German, which is binding."""
    spoken, german = str(text), text.get(settings.LANGUAGE_CODE)
    return render("legal_text", text=spoken, german="" if spoken == german else german)


@register.inclusion_tag("components/talk_to_person.html")
def talk_to_person(office: Any) -> dict[str, Any]:
    return {"office": office}


# --- showing facts


@register.simple_block_tag
def summary_list(content: str, rows: Iterable[Any] = ()) -> SafeString:
    return render("summary_list", rows=rows, content=inner(content))


@register.simple_tag
def summary_row(key: str, value: Any, *, change: str = "", context: str = "") -> SafeString:
    return render("summary_row", row={"key": key, "value": value, "change": change, "context": context})


@register.simple_block_tag
def receipt_panel(
    content: str, number: str, at: datetime, title: str = "", *, day_only: bool = False
) -> SafeString:
    return render(
        "receipt_panel",
        number=codes.grouped(number),
        at=at,
        day_only=day_only,
        title=title,
        body=inner(content),
    )


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    return render("timeline", body=inner(content))


@register.simple_block_tag
def timeline_line(
    content: str,
    at: datetime,
    *,
    icon: str = "office",
    tone: str = "neutral",
    channel: str = "",
    who: str = "",
) -> SafeString:
    return render(
        "timeline_line",
        at=at,
        icon=choose("timeline_line", "icon", icon, ICONS),
        tone=choose("timeline_line", "tone", tone, TONES),
        channel=choose("timeline_line", "channel", channel, ("", "web", "post", "desk")),
        who=who,
        body=inner(content),
    )


@register.simple_block_tag
def message(content: str, message: Any, who: str, *, mine: bool = False, new: bool = False) -> SafeString:
    return render("message", message=message, who=who, mine=mine, new=new, body=inner(content))


@register.simple_block_tag
def document_list(content: str, label: str = "") -> SafeString:
    return render("document_list", label=label, body=inner(content))


@register.simple_block_tag
def document_row(
    content: str,
    name: str,
    *,
    state: str = "",
    tone: str = "neutral",
    pages: int | None = None,
    size: int | None = None,
    url: str = "",
) -> SafeString:
    return render(
        "document_row",
        name=name,
        state=state,
        tone=choose("document_row", "tone", tone, TONES),
        pages=pages,
        size=size,
        url=url,
        body=inner(content),
    )


@register.simple_block_tag
def task_list(content: str, label: str = "") -> SafeString:
    return render("task_list", label=label, body=inner(content))


@register.simple_tag
def task(
    text: str, *, url: str = "", status: str = "", tone: str = "", icon: str = "", hint: str = ""
) -> SafeString:
    return render(
        "task",
        text=text,
        url=url,
        status=status,
        tone=choose("task", "tone", tone, ("", *TONES)),
        icon=choose("task", "icon", icon, ("", *ICONS)),
        hint=hint,
    )


@register.simple_block_tag
def table(content: str, caption: str, *, tall: bool = False, hide_caption: bool = False) -> SafeString:
    return render("table", caption=caption, tall=tall, hide_caption=hide_caption, body=inner(content))


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    return render("tabs", label=label, body=inner(content))


@register.simple_tag
def tab(text: str, url: str, *, current: bool = False, count: int | None = None) -> SafeString:
    return render("tab", text=text, url=url, current=current, count=count)


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    return {"page": page, "request": context["request"]}


@register.simple_tag
def page_picture(
    src: str,
    *,
    page: int,
    pages: int,
    document: str,
    href: str = "",
    width: int | None = None,
    height: int | None = None,
) -> SafeString:
    return render(
        "page_picture",
        src=src,
        page=page,
        pages=pages,
        document=document,
        href=href,
        width=width,
        height=height,
    )


@register.simple_tag
def step_progress(step: int, steps: int, title: str = "") -> SafeString:
    if not 1 <= step <= steps and not settings.PRODUCTION:
        raise ComponentError(f"step_progress: step {step} of {steps}")
    return render("step_progress", step=step, steps=steps, title=title)


@register.simple_tag
def qr(url: str, label: str) -> SafeString:
    """A QR code as a picture. Medium error correction: it is read from paper and cracked screens."""
    code = segno.make(url, error="m", micro=False)
    return render("qr", source=code.svg_data_uri(border=4, xmldecl=False, nl=False), label=label, url=url)


# --- forms


@register.simple_tag
def error_prefix(*forms: Any) -> SafeString:
    """ "Fehler: " for the <title> if any of the forms has errors, so that it is heard first."""
    wrong = any(_errors(form) for form in forms if form)
    return mark_safe(render("error_prefix") + " ") if wrong else mark_safe("")  # noqa: S308  our own words


@register.simple_tag
def error_summary(*forms: Any) -> SafeString:
    """Links to every field with an error, in the words that stand next to it.

    Where two fields have the same words ("Dieses Feld …"), the label goes in front: a list of links must
    say where each one leads.
    """
    lines = [line for form in forms if form for line in _errors(form)]
    texts = Counter(str(line["text"]) for line in lines)
    for line in lines:
        line["label"] = line["label"] if texts[str(line["text"])] > 1 else ""
    return render("error_summary", lines=lines) if lines else mark_safe("")


def _errors(form: Any) -> list[dict[str, Any]]:
    """Each error with the id of the control it belongs to; the same words as next to the field."""
    if isinstance(form, BaseFormSet):
        lines: list[dict[str, Any]] = [
            {"text": text, "target": "", "label": ""} for text in form.non_form_errors()
        ]
        return lines + [line for part in form.forms for line in _errors(part)]
    if not isinstance(form, BaseForm):
        raise ComponentError(f"error_summary takes forms and formsets, not {type(form).__name__}")
    lines = [{"text": text, "target": "", "label": ""} for text in form.non_field_errors()]
    for bound in form:
        target = "" if bound.is_hidden else field_target(bound)
        lines += [{"text": text, "target": target, "label": bound.label} for text in bound.errors]
    return lines


def field_target(bound: BoundField) -> str:
    """The id of the first control of a field: what a link in the error summary jumps to."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form, hidden ones first, each with label, help, example, reason and errors."""
    return {"form": form}


@register.simple_tag
def field_note(bound: BoundField, note: str) -> Any:
    """What the form's author says about a field beyond Django's help text: "why" or "example"."""
    return getattr(bound.field, choose("field", "note", note, ("why", "example")), "") or ""


@register.simple_tag
def field_described_by(bound: BoundField) -> str:
    """Ids of help, example and error of a field, in the order they stand."""
    parts = []
    if bound.help_text or field_note(bound, "example"):
        parts.append(f"{bound.auto_id}_helptext")
    if bound.errors:
        parts.append(f"{bound.auto_id}_error")
    return " ".join(parts)


@register.simple_tag
def field_control(bound: BoundField) -> SafeString:
    """The control itself, tied to help and error texts (a group is tied by its fieldset)."""
    described_by = "" if bound.use_fieldset else field_described_by(bound)
    return bound.as_widget(attrs={"aria-describedby": described_by or False})


@register.inclusion_tag("components/file_inputs.html")
def file_inputs(
    *, photo: bool = True, name: str = "files", id: str = "id_files", another: bool = False, errors: Any = ()
) -> dict[str, Any]:
    """Two inputs, never one: `capture` alone locks out the gallery, without it apps lose the camera."""
    return {"photo": photo, "name": name, "id": id, "another": another, "errors": errors}


@register.inclusion_tag("components/kept_files.html", takes_context=True)
def kept_files(context: template.Context, files: Any, *, action: str, stay: str = "") -> dict[str, Any]:
    """`stay`: id of the element around it, which alone is renewed; then pages can be put in order, too."""
    return {"files": files, "action": action, "stay": stay, "csrf_token": context.get("csrf_token")}


# --- values


@register.filter
def filesize(size: int | str | None) -> str:
    """Bytes in the unit people know from their phone (1 MB = 1,000,000 bytes); nothing if not known."""
    if not isinstance(size, int):
        return ""
    if size < 1000:
        words = f"{size}\N{NO-BREAK SPACE}Byte"
    elif size < 1_000_000:
        words = f"{math.ceil(size / 1000)}\N{NO-BREAK SPACE}kB"
    else:
        words = f"{formats.number_format(size / 1_000_000, decimal_pos=1)}\N{NO-BREAK SPACE}MB"
    return f"\N{LEFT-TO-RIGHT ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}" if get_language_bidi() else words


@register.filter
def receipt_number(number: str) -> str:
    """In groups of four, as printed: A7K2-9QXM-3TFB."""
    return codes.grouped(number)


@register.filter
def code_mark(number: str) -> SafeString:
    """The same for the middle of a sentence: never broken at a hyphen, nor turned round in Arabic."""
    return format_html('<bdi class="number">{}</bdi>', codes.grouped(number))


@register.filter
def machine_time(at: datetime) -> str:
    """For <time datetime>: with its zone, in whole seconds (HTML knows no microseconds)."""
    return at.isoformat(timespec="seconds")


@register.filter
def berlin_time(at: datetime | None) -> str:
    """12. November 2026, 14:03 Uhr (MEZ): always the time of the office, with its zone."""
    if at is None:
        return ""
    return render("berlin_time", at=timezone.localtime(at, BERLIN))


@register.filter
def berlin_date(day: date | datetime | None) -> str:
    """12. November 2026; of a point in time, the day in Berlin."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day, BERLIN).date()
    return render("berlin_date", day=day)


@register.filter
def read_date(text: str) -> str:
    """What was read on a page: a date (2026-11-12) as people write it, all else as it is."""
    try:
        return berlin_date(date.fromisoformat(text))
    except ValueError:
        return text


@register.filter
def berlin_short(at: datetime | None) -> str:
    """12.11.2026 14:03, for tables of staff; everything that may serve as proof uses berlin_time."""
    if at is None:
        return ""
    return f"{timezone.localtime(at, BERLIN):%d.%m.%Y\N{NO-BREAK SPACE}%H:%M}"


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """berlin_time for people and programs: a <time> element."""
    return render("moment", at=timezone.localtime(at, BERLIN))
