"""For all tests of accounts: nobody is slowed down by the test before; Amira, signed in."""

import pytest
from django.core.cache import cache
from django.test import Client

from casework.models import User
from tests.portal.accounts.signing_in import sign_in


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def amira(client: Client) -> User:
    return sign_in(client)
