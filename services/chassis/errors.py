"""A small family of errors with stable codes that survive HTTP and RPC."""

from typing import Any, ClassVar


class ServiceError(Exception):
    """The request could not be carried out."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, **details: Any) -> None:
        self.details = details
        self.message = (type(self).__doc__ or "").strip().split("\n\n")[0].format(**details)
        super().__init__(self.message)


class InvalidInput(ServiceError):
    """The request is not valid: {summary}."""

    code = "invalid_input"
    status = 422

    def __init__(self, summary: str, fields: list[dict[str, str]] | None = None) -> None:
        super().__init__(summary=summary, fields=fields or [])


class CardNumberRefused(ServiceError):
    """What looks like a card number stands in {field}. Never write one down."""

    code = "card_number_refused"
    status = 422


class NotFound(ServiceError):
    """There is no such {what}."""

    code = "not_found"
    status = 404


class Conflict(ServiceError):
    """The request does not fit what is stored."""

    code = "conflict"
    status = 409


class Unauthorized(ServiceError):
    """Sign in first."""

    code = "unauthorized"
    status = 401


class Forbidden(ServiceError):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403


class Unavailable(ServiceError):
    """Not available at the moment, try again."""

    code = "unavailable"
    status = 503

    def __init__(self, retry_after: int = 1, **details: Any) -> None:
        self.retry_after = retry_after
        super().__init__(**details)


class DatabaseUnavailable(Unavailable):
    """The store's database does not answer, try again."""

    code = "database_unavailable"


class StorageFull(Unavailable):
    """Storage full: make room on this machine's disk, it goes on by itself."""

    code = "storage_full"


class Busy(Unavailable):
    """Too much is going on at once, try again."""

    code = "busy"


class TimedOut(Unavailable):
    """It took too long, try again."""

    code = "timed_out"


# a card number is refused wherever it is typed
TYPED_ERRORS = (CardNumberRefused,)
