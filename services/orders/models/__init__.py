"""Tables of orders, and what must always hold of them."""

from services.orders.models import counter, heard, sales
from services.orders.models.base import metadata

__all__ = ["counter", "heard", "metadata", "sales"]
