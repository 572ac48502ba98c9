"""What sync refuses, and with which code."""

from services.chassis.errors import ServiceError


class NotPending(ServiceError):
    """The order is {state}; only an order that waits for action, or that head office has lost, can be sent again."""

    code = "not_pending"
    status = 409


class NothingToCompare(ServiceError):
    """Nothing is held here for this {what}."""

    code = "nothing_to_compare"
    status = 404


class OneThing(ServiceError):
    """Name a session or a day, one of them."""

    code = "one_thing"
    status = 422
