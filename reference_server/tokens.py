"""Tokens: who is calling and until when, signed with a secret that all servers share."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from uuid import UUID

from reference_server.errors import Unauthorized

_CLAIM = struct.Struct(">16sQ")
#: What is signed starts with this, so that the secret's other signatures are no tokens.
_PURPOSE = b"chatbench.token.1:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a genuine token says."""

    user: UUID
    #: Unix seconds; from then on the token is refused.
    expires_at: int


def issue(user: UUID, *, secret: bytes, expires_at: int) -> str:
    """A token for the user, safe in URLs and headers; `expires_at` in Unix seconds."""
    claim = _text(_CLAIM.pack(user.bytes, expires_at))
    return f"{claim}.{_signature(claim, secret)}"


def verify(token: str, secret: bytes, now: float) -> UUID:
    """The token's user. Raises Unauthorized."""
    return read(token, secret, now).user


def read(token: str, secret: bytes, now: float) -> Grant:
    """All that a token grants. Raises Unauthorized when it is forged, malformed or expired."""
    claim, _, signature = token.partition(".")
    # The signature is compared as text: its base64 has spare bits, which decoding would ignore.
    if not hmac.compare_digest(_signature(claim, secret).encode(), signature.encode(errors="replace")):
        raise Unauthorized("The token's signature is not ours, so nobody is signed in. Get a new token.")
    try:
        raw_user, expires_at = _CLAIM.unpack(base64.b64decode(claim, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, struct.error):
        raise Unauthorized("The token says nothing readable, so nobody is signed in. Get a new token.") from None
    if now >= expires_at:
        raise Unauthorized("The token has expired, so nobody is signed in. Get a new token.")
    return Grant(user=UUID(bytes=raw_user), expires_at=expires_at)


def _signature(claim: str, secret: bytes) -> str:
    return _text(hmac.digest(secret, _PURPOSE + claim.encode(errors="replace"), hashlib.sha256))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
