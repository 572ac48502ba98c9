"""What catalog refuses, each with a stable code."""

from services.chassis.errors import Conflict, NotFound, ServiceError


class ProductUnknown(NotFound):
    """The last-synced catalogue has no product {product_id}."""

    code = "product_unknown"


class CodeUnknown(NotFound):
    """The last-synced catalogue has nothing with the barcode or SKU {given}."""

    code = "code_unknown"


class CodeMisread(ServiceError):
    """The check digit of {given} is wrong: scan or type it again."""

    code = "code_misread"
    status = 422


class NothingToAgreeTo(Conflict):
    """No feed of {dataset} was refused for deleting {deletes} records; look at the data sync again."""

    code = "nothing_to_agree_to"
