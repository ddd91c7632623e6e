"""Clients of the API, and answers read as data."""

from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from ideas.actions.members import issue_token
from ideas.models import Member


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    """Throttles count in the cache, which no rollback empties."""
    cache.clear()


class Api(APIClient):
    """A tool with a member's token (None: a visitor)."""

    def __init__(self, member: Member | None) -> None:
        super().__init__()
        if member:
            self.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(member=member)}")

    def data(self, path: str, **params: Any) -> Any:
        response = self.get(f"/api/v1/{path}", params)
        assert response.status_code == 200, response.content
        return response.json()

    def results(self, path: str, **params: Any) -> list[Any]:
        return list(self.data(path, **params)["results"])


def codes(response: Any) -> list[tuple[str, str | None]]:
    """The (code, attr) pairs of a refusal."""
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]
