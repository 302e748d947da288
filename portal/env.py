"""Settings from the environment; a value that cannot be read stops the start and says which one."""

import os
from pathlib import Path


class SettingError(Exception):
    """A setting is missing or cannot be read."""


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise SettingError(f"{name} is not set")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise SettingError(f"{name} must be yes or no, not {value!r}")


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise SettingError(f"{name} must be a whole number, not {value!r}") from None


def given_numbers(**names: str) -> dict[str, int]:
    """Of these variables the numbers of those that are set; the code that uses them knows the usual ones."""
    return {key: number(name, 0) for key, name in names.items() if os.environ.get(name, "").strip()}


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    """name=value pairs separated by commas."""
    found = {}
    for word in words(name):
        key, equals, value = word.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise SettingError(f"{name} must be name=value, separated by commas, not {word!r}")
        found[key.strip()] = value.strip()
    return found


def secret(name: str, default: str | None = None) -> str:
    """A secret: from the variable NAME, or from the file that NAME_FILE names (Docker secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE: {error}") from None
    return text(name, default)
