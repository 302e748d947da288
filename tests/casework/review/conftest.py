"""Deniz at her desk, and Amira's case as it came in."""

import pytest
from django.test import Client

from casework.models import Case, Document
from tests import cast, files


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.fixture
def deniz(db: None) -> Client:
    return signed_in(cast.deniz())


@pytest.fixture
def emil(db: None) -> Client:
    return signed_in(cast.emil())


@pytest.fixture
def case(db: None) -> Case:
    """Amira's first application by web with two papers: a pay slip and a bank statement."""
    cast.teams()
    ack = cast.receive(
        cast.paper("payslip"), cast.paper("bank_statement", files.pdf(2), "auszug.pdf"), sender=cast.amira()
    )
    return cast.case_of(ack)


@pytest.fixture
def payslip(case: Case) -> Document:
    return Document.objects.get(submission__case=case, kind="payslip")


@pytest.fixture
def statement(case: Case) -> Document:
    return Document.objects.get(submission__case=case, kind="bank_statement")
