"""The components: what they say, what they escape, what they refuse."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from portal.pages.components import SampleForm
from portal.templatetags import components
from portal.templatetags.components import ComponentError

WINTER = datetime(2026, 11, 12, 13, 3, tzinfo=UTC)
SUMMER = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
STATIC = Path(settings.BASE_DIR) / "static"


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with translation.override("de"):
        yield


def show(source: str, **values: Any) -> str:
    """The template's output with runs of white space made one."""
    return re.sub(r"\s+", " ", Template(source).render(Context(values))).strip()


class Address(forms.Form):
    use_required_attribute = False
    street = forms.CharField(
        label="Straße", help_text="Mit Haus-Nummer.", error_messages={"required": "Bitte schreiben Sie."}
    )
    city = forms.CharField(label="Ort", required=False)
    kind = forms.ChoiceField(
        label="Art",
        choices=[("a", "Wohnung"), ("b", "Haus")],
        widget=forms.RadioSelect,
        error_messages={"required": "Bitte wählen Sie."},
    )

    def clean(self) -> dict[str, Any]:
        if self.data.get("city") == "?":
            raise forms.ValidationError("Das passt nicht zusammen.")
        return self.cleaned_data


# --- variants


@pytest.mark.parametrize(
    "source",
    [
        '{% alert "loud" %}x{% endalert %}',
        '{% alert "info" heading=1 %}x{% endalert %}',
        '{% badge "pink" "x" %}',
        '{% button "x" variant="huge" %}',
        '{% button "x" icon="rocket" %}',
        '{% button_link "x" "#" variant="huge" %}',
        '{% timeline_line at channel="fax" %}x{% endtimeline_line %}',
        '{% document_row "x" tone="pink" %}{% enddocument_row %}',
        '{% task "x" icon="rocket" %}',
        "{% step_progress 4 3 %}",
    ],
)
def test_a_component_with_an_unknown_variant_is_an_error(source: str) -> None:
    with pytest.raises(ComponentError):
        show(source, at=WINTER)


@pytest.mark.parametrize("source", ['{% badge "info" "x" colour="red" %}', '{% submit "x" colour="red" %}'])
def test_a_component_with_an_unknown_option_is_an_error(source: str) -> None:
    with pytest.raises((TemplateSyntaxError, TypeError)):
        show(source)


def test_an_unknown_variant_in_production_shows_the_first_and_is_logged(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PRODUCTION = True
    assert "kern-badge--neutral" in show('{% badge "pink" "Neu" %}')
    assert "badge: tone must be one of" in caplog.text


# --- escaping


@pytest.mark.parametrize(
    "source",
    [
        "{% badge 'info' evil %}",
        "{% alert 'info' title=evil %}{{ evil }}{% endalert %}",
        "{% button evil name='n' value=evil context=evil %}",
        "{% button_link evil evil %}",
        "{% summary_list %}{% summary_row evil evil change=evil %}{% endsummary_list %}",
        "{% document_list label=evil %}{% document_row evil url=evil %}{{ evil }}{% enddocument_row %}{% enddocument_list %}",  # noqa: E501
        "{% task_list %}{% task evil url=evil hint=evil status=evil %}{% endtask_list %}",
        "{% timeline %}{% timeline_line at who=evil %}{{ evil }}{% endtimeline_line %}{% endtimeline %}",
        "{% tabs label=evil %}{% tab evil evil %}{% endtabs %}",
        "{% table caption=evil %}<tr><td>{{ evil }}</td></tr>{% endtable %}",
        "{% page_picture evil page=1 pages=2 document=evil href=evil %}",
        "{% qr 'https://example.org' evil %}",
        "{% empty_state evil %}{{ evil }}{% endempty_state %}",
        "{% kept_files files action=evil %}",
        "{% receipt_panel 'A7K29QXM3TFB' at title=evil %}{{ evil }}{% endreceipt_panel %}",
    ],
)
def test_what_people_typed_is_escaped_in_every_component(source: str) -> None:
    evil = "\"><script>alert('1')</script>"
    html = show(source, evil=evil, at=WINTER, files=[{"id": evil, "name": evil, "problem": evil}])
    assert "<script" not in html
    assert '">&' not in html.replace('">&quot;', "")


def test_markup_of_the_page_itself_is_kept_in_a_block() -> None:
    assert "<p>Ja</p>" in show('{% alert "info" %}<p>Ja</p>{% endalert %}')


# --- facts


def test_a_receipt_panel_groups_the_number_and_names_the_zone() -> None:
    html = show('{% receipt_panel "A7K29QXM3TFB" at %}{% endreceipt_panel %}', at=WINTER)
    assert "A7K2-9QXM-3TFB" in html
    assert '<time datetime="2026-11-12T14:03:00+01:00">12. November 2026, 14:03 Uhr (MEZ)</time>' in html


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (WINTER, "12. November 2026, 14:03 Uhr (MEZ)"),
        (SUMMER, "1. August 2026, 00:30 Uhr (MESZ)"),
        (None, ""),
    ],
)
def test_berlin_time_names_day_time_and_zone(at: datetime | None, words: str) -> None:
    assert show("{{ at|berlin_time }}", at=at) == words


def test_berlin_time_stays_that_of_the_office_when_another_zone_is_active() -> None:
    from django.utils import timezone

    with timezone.override("America/New_York"):
        assert show("{{ at|berlin_time }}", at=SUMMER) == "1. August 2026, 00:30 Uhr (MESZ)"
        assert show("{{ at|berlin_short }}", at=SUMMER) == "01.08.2026 00:30"


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 11, 2), "2. November 2026"), (SUMMER, "1. August 2026"), (None, "")]
)
def test_berlin_date_of_a_moment_is_the_day_in_berlin(day: date | None, words: str) -> None:
    assert show("{{ day|berlin_date }}", day=day) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, ""),
        (0, "0\xa0Byte"),
        (999, "999\xa0Byte"),
        (1000, "1\xa0kB"),
        (845_001, "846\xa0kB"),
        (2_430_112, "2,4\xa0MB"),
    ],
)
def test_filesize_uses_the_unit_people_know(size: int | None, words: str) -> None:
    assert components.filesize(size) == words


def test_an_answer_left_out_is_said_in_words() -> None:
    html = show('{% summary_list %}{% summary_row "Telefon" "" change="/t" %}{% endsummary_list %}')
    assert "nicht angegeben" in html
    assert '<a href="/t">Ändern<span class="hidden-visually">: Telefon</span></a>' in html


def test_the_number_zero_is_an_answer() -> None:
    assert "<dd><bdi>0</bdi></dd>" in show(
        '{% summary_list %}{% summary_row "Kinder" 0 %}{% endsummary_list %}'
    )


@pytest.mark.parametrize(("pages", "words"), [(1, "1 Seite ·"), (4, "4 Seiten ·")])
def test_a_document_row_counts_pages(pages: int, words: str) -> None:
    html = show("{% document_row 'Vertrag' pages=pages size=1000 %}{% enddocument_row %}", pages=pages)
    assert words in html


def test_pagination_keeps_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/?team=3&page=2")
    page = Paginator(range(150), 50).page(2)
    html = show("{% pagination page %}", page=page, request=request)
    assert 'href="?team=3&amp;page=1"' in html
    assert 'href="?team=3&amp;page=3"' in html
    assert "Seite 2 von 3" in html


def test_pagination_of_one_page_is_nothing() -> None:
    request = RequestFactory().get("/")
    assert show("{% pagination page %}", page=Paginator([1], 50).page(1), request=request) == ""


def test_a_qr_code_is_a_picture_the_content_policy_allows() -> None:
    html = show('{% qr "https://example.org/s/7ZQ4" "Öffnet den Stand Ihrer Unterlagen" %}')
    assert 'src="data:image/svg+xml' in html
    assert 'alt="Öffnet den Stand Ihrer Unterlagen"' in html
    assert "style=" not in html


# --- forms


def test_a_field_with_an_error_is_tied_to_help_and_error() -> None:
    html = show("{{ form.street.as_field_group }}", form=Address({}))
    assert 'aria-describedby="id_street_helptext id_street_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<div class="field__errors" id="id_street_error"><p>Bitte schreiben Sie.</p></div>' in html
    assert '<label class="field__label" for="id_street">Straße</label>' in html


def test_a_field_without_help_or_error_is_tied_to_nothing() -> None:
    assert "aria-describedby" not in show("{{ form.city.as_field_group }}", form=Address())


def test_an_optional_field_says_so_and_no_field_is_marked_required() -> None:
    class Marked(forms.Form):  # even if the author of a form forgets use_required_attribute
        name = forms.CharField()
        nickname = forms.CharField(required=False)

    html = show("{% form_fields form %}", form=Marked())
    assert html.count("freiwillig") == 1
    assert " required" not in html


def test_a_group_of_choices_is_a_fieldset_with_its_own_description() -> None:
    html = show("{{ form.kind.as_field_group }}", form=Address({}))
    assert '<fieldset class="field field--error" aria-describedby="id_kind_error">' in html
    assert '<legend class="field__label">Art</legend>' in html
    assert '<label class="kern-label" for="id_kind_0">Wohnung</label>' in html


def test_a_field_shows_why_it_is_asked_and_an_example() -> None:
    html = show("{{ form.rent.as_field_group }}", form=SampleForm())
    assert "<summary>Warum fragen wir das?</summary><p>Wir zahlen vielleicht Ihre Miete.</p>" in html
    assert "Zum Beispiel: <bdi>512,40 Euro</bdi>" in html
    assert 'aria-describedby="id_rent_helptext"' in html


def test_what_was_typed_stays_in_a_form_with_errors() -> None:
    html = show("{% form_fields form %}", form=Address({"city": "Köln <3", "kind": "b"}))
    assert 'value="Köln &lt;3"' in html
    assert re.search(r'value="b" id="id_kind_1" aria-invalid="true" checked|value="b"[^>]*checked', html)


def test_an_error_summary_uses_the_words_next_to_the_field_and_links_to_it() -> None:
    html = show("{% error_summary form %}", form=Address({"city": "?"}))
    assert '<a href="#id_street">Bitte schreiben Sie.</a>' in html
    assert '<a href="#id_kind_0">Bitte wählen Sie.</a>' in html
    assert "<li>Das passt nicht zusammen.</li>" in html
    assert "data-focus" in html


def test_an_error_summary_takes_several_forms_and_formsets() -> None:
    formset = forms.formset_factory(Address)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-city": "Köln"}
    )
    html = show("{% error_summary form formset %}", form=Address({"kind": "a"}), formset=formset)
    assert '<a href="#id_street">' in html
    assert '<a href="#id_form-0-street">' in html


def test_an_error_summary_names_the_field_where_two_errors_read_alike() -> None:
    class Login(forms.Form):
        email = forms.CharField(label="E-Mail")
        password = forms.CharField(label="Passwort")

    html = show("{% error_summary form %}", form=Login({}))
    assert '<a href="#id_email">E-Mail: Dieses Feld' in html
    assert '<a href="#id_password">Passwort: Dieses Feld' in html


@pytest.mark.parametrize("form", [None, Address(), Address({"street": "Weg 1", "kind": "a"})])
def test_an_error_summary_without_errors_is_nothing(form: forms.Form | None) -> None:
    assert show("{% error_summary form %}{% error_prefix form %}", form=form) == ""


def test_the_title_says_error_first() -> None:
    assert show("{% error_prefix form %}x", form=Address({})) == "Fehler: x"


def test_an_error_summary_of_something_else_is_an_error() -> None:
    with pytest.raises(ComponentError):
        show("{% error_summary form %}", form="form")


def test_files_are_offered_as_two_inputs_so_that_camera_and_gallery_work() -> None:
    html = show("{% file_inputs %}")
    camera, chooser = re.findall(r"<input[^>]*>", html)
    assert 'accept="image/*" capture="environment"' in camera
    assert "multiple" in chooser
    assert "capture" not in chooser
    assert "heic" not in html  # in accept it would keep macOS from converting


def test_without_a_camera_there_is_one_input() -> None:
    assert show("{% file_inputs photo=False %}").count("<input") == 1


def test_a_kept_file_can_be_removed_by_a_button_that_names_it() -> None:
    html = show("{% kept_files files action='/w' %}", files=[{"id": 7, "name": "Vertrag.pdf", "size": 1000}])
    assert 'name="remove" value="7"' in html
    assert 'Entfernen<span class="hidden-visually"> Vertrag.pdf</span>' in html


def test_a_date_is_three_inputs_with_labels_in_a_fieldset() -> None:
    html = show("{{ form.birth.as_field_group }}", form=SampleForm())
    assert re.findall(r"<label for=\"(\w+)\">(\w+)</label>", html) == [
        ("id_birth_0", "Tag"),
        ("id_birth_1", "Monat"),
        ("id_birth_2", "Jahr"),
    ]
    assert "<fieldset" in html


# --- files of others and size


def test_vendored_style_is_the_one_that_was_recorded() -> None:
    vendor = STATIC / "vendor" / "kern"
    record = json.loads((vendor / "VENDOR.json").read_text())
    assert set(record["files"]) == {"kern.css", "subset.scss", "LICENSE.md"}
    for name, digest in record["files"].items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest, name


def test_every_icon_a_component_may_use_is_drawn() -> None:
    css = (STATIC / "css" / "angekommen.css").read_text()
    assert [name for name in components.ICONS if f".icon--{name} " not in css] == []


@pytest.mark.parametrize("name", ["angekommen", "receipt-a4", "receipt-80mm"])
def test_our_style_uses_logical_directions(name: str) -> None:
    """So that a page mirrors from right to left; a rule that undoes a physical one of KERN is let through."""
    css = (STATIC / "css" / f"{name}.css").read_text()
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    lines = [line for line in rules.splitlines() if not line.startswith('[dir="rtl"]')]
    physical = re.compile(r"(margin|padding|border)-(left|right)|[\s;{](left|right)\s*:|:\s*(left|right)\s*;")
    assert [line for line in lines if physical.search(line)] == []


def test_scripts_stay_within_trusted_types() -> None:
    script = (STATIC / "js" / "angekommen.js").read_text()
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script, flags=re.DOTALL)
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval("):
        assert sink not in code
