"""A YAML file that remembers where everything stood, so that a mistake can be named with its line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Trail = tuple[int | str, ...]

# The list an entry stands in says what it is.
NAMES = {
    "questions": "question",
    "steps": "step",
    "options": "option",
    "papers": "paper",
    "kinds": "document kind",
    "reject": "reject reason",
    "request": "request reason",
    "problems": "problem",
    "unclear": "unclear reason",
}


class CatalogueError(Exception):
    """What is wrong with the catalogue, one line per mistake: file, line, rule."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


@dataclass(frozen=True)
class Source:
    """One file: its name for messages, its nodes (for lines) and its plain data."""

    name: str
    root: yaml.Node
    data: Any

    def mistake(self, path: Trail, message: str) -> str:
        """``services/ha.yaml:41: question 'rent': 'en' text is missing``"""
        label = self.label(path)
        return f"{self.name}:{self.line(path)}: {label + ': ' if label else ''}{message}"

    def line(self, path: Trail) -> int:
        """Line (from 1) of the thing at the path, or of the nearest thing around it that exists."""
        node, line = self.root, self.root.start_mark.line
        for part in path:
            if isinstance(node, yaml.MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(part)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line
            else:
                break
        return line + 1

    def label(self, path: Trail) -> str:
        """The innermost named entry the path runs through: ``question 'rent'``."""
        label, data = "", self.data
        for before, part in zip((None, *path), path, strict=False):
            try:
                data = data[part]
            except (KeyError, IndexError, TypeError):
                break
            if before in NAMES and isinstance(data, dict):
                name = data.get("key") or data.get("use") or data.get("kind") or part
                label = f"{NAMES[str(before)]} {name!r}"
        return label


def read(path: Path, name: str) -> Source:
    """Read one file. Raises CatalogueError if it is missing, no YAML, or names a key twice."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError([f"{name}:1: cannot be read ({error})"]) from error
    except yaml.reader.ReaderError as error:
        raise CatalogueError([f"{name}:1: not YAML ({error.reason})"]) from error
    try:
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise CatalogueError([f"{name}:1: the file must hold keys and values"])
        if mistakes := [f"{name}:{line}: {message}" for line, message in _twice(root)]:
            raise CatalogueError(mistakes)
        return Source(name, root, loader.construct_document(root))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError([f"{name}:{line}: not YAML ({error.problem})"]) from error
    except ValueError as error:  # a date such as 2026-02-30
        raise CatalogueError([f"{name}:1: a value cannot be read ({error})"]) from error
    finally:
        loader.dispose()


def _twice(node: yaml.Node) -> list[tuple[int, str]]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    mistakes: list[tuple[int, str]] = []
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            mistakes += _twice(item)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                mistakes.append((key.start_mark.line + 1, f"'{key.value}' stands here twice"))
            seen.add(key.value)
            mistakes += _twice(value)
    return mistakes
