"""A file was recognised: look for its pages among all pages, and judge its papers. Subject: a file."""

from uuid import UUID

from casework import papers


def run(subject: str) -> bool:
    return papers.compare_file(UUID(subject))
