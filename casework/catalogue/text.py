"""A text in several languages, as the catalogue writes it."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

# German is binding and English complete; the others are added by languages.py and fall back to German.
NEEDED = ("de", "en")
LANGUAGES = (*NEEDED, "de-simple", "uk", "ru", "tr", "ar")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class Text(BaseModel):
    """Words in several languages. ``str(text)`` speaks the active language, German if there is none.

    In YAML: ``{de: "Vorname", en: "First name"}``, or ``{all: "123A456789"}`` where no word is to translate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[tuple[str, str], ...]

    @model_validator(mode="before")
    @classmethod
    def _from_mapping(cls, value: Any) -> Any:
        if isinstance(value, Text):
            return value
        if not isinstance(value, dict):
            raise PydanticCustomError("text", "a text is needed: {de: …, en: …}")
        if set(value) == {"all"}:
            value = dict.fromkeys(NEEDED, value["all"])
        for language in NEEDED:
            if not value.get(language):
                raise _problem("'{language}' text is missing", language=language)
        for language, words in value.items():
            if language not in LANGUAGES:
                raise _problem("language '{language}' is not known", language=language)
            if not isinstance(words, str) or not words.strip():
                raise _problem("'{language}' must be words", language=language)
            if found := PLACEHOLDER.search(words):
                raise _problem(
                    "placeholder '{placeholder}' is not known here ('{benefit}' belongs to services)",
                    placeholder=found.group(),
                )
        return {"words": tuple((language, words.strip()) for language, words in value.items())}

    def get(self, language: str) -> str:
        """The words in this language, in its main language (en-gb: en), else in German."""
        words = dict(self.words)
        return words.get(language) or words.get(language.split("-")[0]) or words["de"]

    def __str__(self) -> str:
        from django.utils.translation import get_language  # only here: texts need no Django to be loaded

        return self.get(get_language() or "de")


def _problem(message: str, **context: Any) -> PydanticCustomError:
    return PydanticCustomError("text", message, context)
