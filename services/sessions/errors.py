"""What sessions refuses, each with a stable code."""

from services.chassis.errors import Conflict, Forbidden, ServiceError, Unauthorized, Unavailable


class SignInRefused(Unauthorized):
    """Staff code and PIN do not match, or no PIN was set yet. With a one-time code from a manager a PIN can be set."""

    code = "sign_in_refused"


class TooManyTries(Unavailable):
    """Too many failed tries. Wait {seconds} seconds, or ask a manager for a new one-time code."""

    code = "too_many_tries"
    status = 429


class TillUnknown(Forbidden):
    """The till is not paired with the store, or was replaced. A manager can pair it."""

    code = "till_unknown"


class TillNeeded(Forbidden):
    """Only a manager may sign in on a till that is not paired."""

    code = "till_needed"


class CodeRefused(Unauthorized):
    """The one-time code is wrong, was used, or has run out. Was your PIN just set? Sign in. Else ask for a new code."""

    code = "code_refused"


class PinTooWeak(Conflict):
    """The PIN cannot be used: {why}."""

    code = "pin_too_weak"


class StaffUnknown(ServiceError):
    """Nobody of this staff code works here, as far as head office has said."""

    code = "staff_unknown"
    status = 404


class NotYourself(Conflict):
    """Ask another manager: nobody blocks themselves."""

    code = "not_yourself"


class OfflineModeNotAllowed(Forbidden):
    """You may not turn Offline Mode on or off. Ask a manager."""

    code = "offline_mode_not_allowed"


class OfflineModeNotReady(Conflict):
    """Offline Mode cannot be turned on: {what} missing."""

    code = "offline_mode_not_ready"


class ReasonNeeded(Conflict):
    """Say why Offline Mode is turned on."""

    code = "reason_needed"


class ManagerNeeded(Conflict):
    """The data are too old ({what}). A manager has to agree before Offline Mode is turned on."""

    code = "manager_confirmation_needed"


class StorageRefused(Conflict):
    """The folder cannot be used: {why}."""

    code = "storage_refused"
