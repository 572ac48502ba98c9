"""JSON logs: one line an event, with ids and never with personal data."""

import logging
import logging.config
import re
import sys
from contextlib import suppress
from typing import Any, TextIO

import structlog

from services.chassis import metrics

QUOTED_INPUT = re.compile(r"input_value=.*, (?=input_type=)")


def get_logger() -> Any:
    """A logger: `log.info("order_placed", order_id=...)`."""
    return structlog.get_logger()


class Forgiving:
    """A stream on which a line is lost, and counted, where its disk is full: no work ends with what is said of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            metrics.LOG_LINES_LOST.inc(text.count("\n"))
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _without_values(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drops what PostgreSQL quotes of a row and pydantic of its input."""
    if "exception" in event:
        lines = str(event["exception"]).splitlines()
        kept = "\n".join(line for line in lines if not line.startswith(("DETAIL:", "CONTEXT:")))
        event["exception"] = QUOTED_INPUT.sub("", kept)
    return event


def configure(service: str, process: str, level: str) -> None:
    """Sends every log of the process to standard error as JSON."""
    said: Any = Forgiving(sys.stderr)
    # what libraries print by themselves must end nothing, either
    sys.stderr = said
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(said),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, process=process)
    handler = logging.StreamHandler(said)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("nameko", "amqp", "httpx2", "httpcore2", "kombu"):
        logging.getLogger(chatty).setLevel("WARNING")
    logging.getLogger("nameko.web.server").setLevel("ERROR")
    # they name each letter that a font lacks, and so what is printed
    for quoting in ("fpdf", "fontTools"):
        logging.getLogger(quoting).setLevel("ERROR")
    logging.getLogger("nameko.containers").addFilter(_briefly)


def _briefly(record: logging.LogRecord) -> bool:
    """A refusal is said in its line: where it was raised tells nothing, and takes a hundred times the room."""
    if str(record.msg).startswith("(expected)"):
        record.exc_info = None
    return True
