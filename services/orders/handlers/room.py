"""Room for sales: a till is told before anybody pays."""

import shutil
from contextlib import suppress

from services.orders.app import App
from services.orders.errors import NoRoomForSales

MB = 1024 * 1024


def needed(app: App) -> None:
    """Raises NoRoomForSales while the disk that holds the database has too little room left for sales."""
    folder = app.settings.data_folder
    with suppress(OSError):
        if folder is not None and shutil.disk_usage(folder).free < app.settings.data_needs_mb * MB:
            raise NoRoomForSales
