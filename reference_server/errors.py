"""Errors: what the chat refuses and why, and what is wrong with a variant."""

# ruff: noqa: N818 - the names are read as what happened, and the base classes say Error

from pathlib import Path


class ChatError(Exception):
    """The base of everything a use case refuses; `status`, `title` and `code` become an RFC 9457 problem."""

    status = 500
    title = "The chat failed"
    code = "chat_error"
    #: Whether what was asked may have happened all the same.
    outcome_unknown = False


class NotFound(ChatError):
    """No such thing, or not yours: the two look alike on purpose."""

    status = 404
    title = "Not found"
    code = "not_found"


class Unauthorized(ChatError):
    """Nobody knows who is asking: no token, or one that is forged or expired."""

    status = 401
    title = "Unauthorized"
    code = "unauthorized"


class Forbidden(ChatError):
    """You can see it, but this change is another person's to make."""

    status = 403
    title = "Forbidden"
    code = "forbidden"


class Blocked(ChatError):
    """One of the two has blocked the other, so nothing was sent. Unblock first."""

    status = 403
    title = "Blocked"
    code = "blocked"


class Conflict(ChatError):
    """The id belongs to another message, so nothing was stored. Choose a fresh id."""

    status = 409
    title = "Conflict"
    code = "conflict"


class BadCursor(ChatError):
    """The cursor is not one that this server gave. Start again without a cursor."""

    status = 400
    title = "Bad cursor"
    code = "bad_cursor"


class BadRequest(ChatError):
    """A value is outside what the operation takes."""

    status = 422
    title = "Bad request"
    code = "bad_request"


class BadJson(ChatError):
    """The body is not JSON."""

    status = 400
    title = "Malformed JSON"
    code = "bad_json"


class TooLarge(ChatError):
    """The body is larger than any request needs."""

    status = 413
    title = "Body too large"
    code = "too_large"


class BadMessage(ChatError):
    """The message breaks a rule of its type, so nothing was stored."""

    status = 422
    title = "Bad message"
    code = "bad_message"


class ReadOnly(ChatError):
    """This variant takes no writes, so nothing was changed. Write with another variant."""

    status = 501
    title = "Read only"
    code = "read_only"


class NoSignUp(ChatError):
    """This schema takes its users from elsewhere, so nobody was added. Add the user there."""

    status = 501
    title = "No sign-up"
    code = "no_sign_up"


class Unavailable(ChatError):
    """PostgreSQL or Redis does not answer. Retry later."""

    status = 503
    title = "Temporarily unavailable"
    code = "unavailable"
    outcome_unknown = True


class VariantError(Exception):
    """A variant cannot be used as written."""


class UnknownVariant(VariantError):
    """No variant has this name."""

    def __init__(self, name: str, near: list[str], known: list[str]) -> None:
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
        super().__init__(f"There is no variant {name!r}. {hint}")


class NoVariantFolder(VariantError):
    """A path leads to no variant."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path} is no variant: {problem}. Nothing was started. {remedy}.")


class BrokenSql(VariantError):
    """A variant's SQL cannot be used: the file, the line, what PostgreSQL or the contract says, what to do."""

    def __init__(self, file: Path, line: int | None, problem: str, remedy: str) -> None:
        place = str(file) if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {problem}. {remedy}")
        self.file = file
        self.line = line


class CannotRename(VariantError):
    """The text says something in the chat's names that cannot be said in the schema's own."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


class BrokenVariant(VariantError):
    """A variant's file says something it cannot: the file, the key, what was expected."""

    def __init__(self, file: Path, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected
