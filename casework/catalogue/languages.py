"""The catalogue in more languages: ``languages/<code>.yaml``, one line a text, German to translation.

A text belongs to its German words: when an office changes those, the translation no longer fits, the German
is shown, and ``manage.py check_catalogue`` names what is to be translated. A translation that stands in the
catalogue itself (``{de: …, en: …, uk: …}``) goes first.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from casework.catalogue.source import CatalogueError, Source, Trail, read
from casework.catalogue.text import LANGUAGES, NEEDED, PLACEHOLDER

Translations = dict[str, dict[str, str]]  # language, German words, words

ADDED = tuple(language for language in LANGUAGES if language not in NEEDED)


def read_languages(folder: Path) -> Translations:
    """The files that are there. Raises CatalogueError: no mapping of texts, or a placeholder got lost."""
    mistakes: list[str] = []
    found: Translations = {}
    for language in ADDED:
        name = f"languages/{language}.yaml"
        if not (folder / name).exists():
            continue
        source = read(folder / name, name)
        for german, words in source.data.items():
            if not (isinstance(german, str) and isinstance(words, str) and words.strip()):
                mistakes.append(source.mistake((german,), "write it as German words: translation"))
            elif sorted(PLACEHOLDER.findall(german)) != sorted(PLACEHOLDER.findall(words)):
                mistakes.append(source.mistake((german,), "the placeholders are not the same"))
        found[language] = source.data
    if mistakes:
        raise CatalogueError(mistakes)
    return found


def with_languages(source: Source, translations: Translations) -> Source:
    """The same file with the added languages in every text."""
    return replace(source, data=_added(source.data, translations))


def _added(data: Any, translations: Translations) -> Any:
    if isinstance(data, list):
        return [_added(value, translations) for value in data]
    if not isinstance(data, dict):
        return data
    german = data.get("de")
    if isinstance(german, str):
        words = {language: table[german] for language, table in translations.items() if german in table}
        return {**words, **data}
    return {key: _added(value, translations) for key, value in data.items()}


def untranslated(folder: Path) -> dict[str, list[str]]:
    """German texts of the catalogue that a language lacks, and texts it has that are no longer there.

    What only staff read (the label of a reason) needs no more than German and English.
    """
    needed = dict.fromkeys(
        german for path in sorted(folder.glob("**/*.yaml")) for german in _texts(folder, path)
    )
    translations = read_languages(folder)
    return {
        language: [german for german in needed if german not in translations.get(language, {})]
        + [german for german in translations.get(language, {}) if german not in needed]
        for language in ADDED
    }


def _texts(folder: Path, path: Path) -> Iterator[str]:
    name = str(path.relative_to(folder))
    if not name.startswith("languages/"):
        yield from _german(read(path, name).data, (), of_reasons=name == "reasons.yaml")


def _german(data: Any, trail: Trail, *, of_reasons: bool) -> Iterator[str]:
    if isinstance(data, dict) and isinstance(data.get("de"), str):
        if not (of_reasons and trail[-1] == "label") and any(language not in data for language in ADDED):
            yield data["de"].strip()
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _german(value, (*trail, key), of_reasons=of_reasons)
