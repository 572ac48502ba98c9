"""A server that answers each request with bytes of the test's own, and remembers what it was asked."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

Reply = Callable[[], Iterable[bytes]]


class RawServer(socketserver.ThreadingTCPServer):
    """Answers whatever it is asked with `reply`, piece by piece, and closes the connection."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[bytes] = []
        self.stopped = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def speak_tls(self, certificate: Path, key: Path) -> str:
        """Proves its name from now on; its address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        return self.url.replace("http://", "https://")

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has heard enough hangs up."""


class _Handler(socketserver.StreamRequestHandler):
    server: RawServer

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        self.server.asked.append(head)
        for piece in self.server.reply():
            self.wfile.write(piece)


@contextmanager
def answering(*pieces: bytes, endless: bytes = b"", every: float = 0.05) -> Iterator[RawServer]:
    """A server that says these pieces, and then another one again and again."""

    def reply() -> Iterator[bytes]:
        yield from pieces
        while endless and not server.stopped.wait(every):
            yield endless

    server = RawServer(reply)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def head(content_type: str = "application/json", *more: str, status: str = "200 OK") -> bytes:
    """The head of an answer that ends when the connection does."""
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close", *more)
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"
