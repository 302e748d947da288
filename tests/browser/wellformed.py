"""Whether a page is well-formed HTML: what a validator finds and a template can get wrong.

The whole grammar is checked by hand with the Nu validator (docs/development.md says how); these rules need no
Java and run on every page in every run.
"""

from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "details",
        "div",
        "dl",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
INTERACTIVE = {"a", "button", "summary", "label"}
CHILDREN = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "tr": {"td", "th"},
    "select": {"option", "optgroup"},
}
REFERENCES = ("for", "form", "list", "aria-labelledby", "aria-describedby", "aria-controls")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.wanted: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        where = f"line {self.getpos()[0]}: <{tag}>"
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.wrong.append(f"{where} has an attribute twice")
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        for name in REFERENCES:
            self.wanted |= set((given.get(name) or "").split())
        parent = self.open[-1] if self.open else ""
        if parent in CHILDREN and tag not in CHILDREN[parent] | {"script", "template"}:
            self.wrong.append(f"{where} cannot stand in <{parent}>")
        if tag in BLOCK and any(outer in self.open for outer in ("p", "span", "bdi", "h1", "h2", "h3")):
            self.wrong.append(f"{where} cannot stand in {self.open[-3:]}")
        if tag in INTERACTIVE - {"label"} and any(outer in self.open for outer in INTERACTIVE):
            self.wrong.append(f"{where} cannot stand in {self.open[-3:]}")
        if tag == "img" and "alt" not in given:
            self.wrong.append(f"{where} has no alt")
        if "style" in given or any(name.startswith("on") for name in names):
            self.wrong.append(f"{where} has inline style or script")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not self.open or self.open[-1] != tag:
            self.wrong.append(f"line {self.getpos()[0]}: </{tag}> closes {self.open[-1:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def mistakes(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    twice = sorted({one for one in reader.ids if reader.ids.count(one) > 1})
    return [
        *reader.wrong,
        *(f"<{tag}> is not closed" for tag in reader.open),
        *(f"id {one!r} twice" for one in twice),
        *(f"no id {one!r}" for one in sorted(reader.wanted - set(reader.ids))),
    ]
