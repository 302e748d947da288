"""Something arrived, or its pages were sorted: did its papers come before? Subject: a submission."""

from casework import papers


def run(subject: str) -> None:
    papers.judge_submission(int(subject))
