"""Style sheets of our own mirror by themselves in languages written from right to left."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
SIDES = r"left|right|top|bottom"
PHYSICAL = re.compile(
    rf"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:{SIDES})[\w-]*|{SIDES}"
    rf"|(?:min-|max-)?(?:width|height)|border-(?:{SIDES})[\w-]*)\s*:"
    r"|(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
# Four values go clockwise whatever the direction: fine only if both sides are the same.
VALUE = r"([^\s;}]+)"
FOUR = re.compile(
    rf"(?<![\w-])(?:margin|padding|inset|border-width)\s*:\s*{VALUE} {VALUE} {VALUE} {VALUE}\s*[;}}]"
)


def declarations(sheet: str) -> str:
    """Without comments and the conditions of @media, where width and height are the screen's."""
    return re.sub(r"@(?:media|page)[^{]*", "@x ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_names_no_side_of_the_screen(sheet: Path) -> None:
    text = declarations(sheet.read_text(encoding="utf-8"))
    assert [match.group() for match in PHYSICAL.finditer(text)] == []
    assert [match.group() for match in FOUR.finditer(text) if match.group(2) != match.group(4)] == []


@pytest.mark.parametrize(
    "line", ["a { margin-left: 1px }", "a { right: 0 }", "a { text-align: left }", "a { width: 1px }"]
)
def test_a_side_of_the_screen_is_found(line: str) -> None:
    assert PHYSICAL.search(declarations(line))
