"""Tokens say who is calling, until they expire, and only when our secret signed them."""

from uuid import UUID, uuid4

import pytest

from reference_server.errors import Unauthorized
from reference_server.tokens import issue, read, verify

SECRET = b"a secret of more than sixteen bytes"
NOW = 1_700_000_000


@pytest.fixture
def user() -> UUID:
    return uuid4()


def token_of(user: UUID, expires_at: int = NOW + 60) -> str:
    return issue(user, secret=SECRET, expires_at=expires_at)


def test_a_token_names_its_user(user):
    assert verify(token_of(user), SECRET, NOW) == user


def test_a_token_tells_when_it_expires(user):
    assert read(token_of(user), SECRET, NOW).expires_at == NOW + 60


def test_a_token_needs_no_escaping_in_a_url(user):
    assert set(token_of(user)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@pytest.mark.parametrize("late_s", [0, 1, 1_000_000])
def test_a_token_is_refused_from_its_last_second_on(user, late_s):
    with pytest.raises(Unauthorized, match="expired"):
        verify(token_of(user), SECRET, NOW + 60 + late_s)


def test_another_secret_refuses_the_token(user):
    with pytest.raises(Unauthorized):
        verify(token_of(user), SECRET + b"!", NOW)


def test_no_character_can_be_changed(user):
    token = token_of(user)
    for position, character in enumerate(token):
        forged = token[:position] + ("A" if character != "A" else "B") + token[position + 1 :]
        with pytest.raises(Unauthorized):
            verify(forged, SECRET, NOW)


def test_a_signature_fits_only_its_own_claim(user):
    claim = token_of(user).split(".")[0]
    signature = token_of(uuid4()).split(".")[1]
    with pytest.raises(Unauthorized):
        verify(f"{claim}.{signature}", SECRET, NOW)


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "..", "é.ü", "\udc80.\udc80", "a" * 100_000, "a.b.c", " "])
def test_rubbish_is_refused(text):
    with pytest.raises(Unauthorized):
        verify(text, SECRET, NOW)
