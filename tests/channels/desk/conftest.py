"""Carla at her desk, and Amira, whom the office knows."""

import pytest
from django.test import Client

from casework.models import Person
from tests import cast


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(cast.carla())
    return client


@pytest.fixture
def amira() -> Person:
    return cast.case_of(cast.receive(service="FORMLESS")).person
