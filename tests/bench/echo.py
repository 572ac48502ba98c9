"""The reference for a sale: a bare nameko RPC echo, as nameko ships it.

Served by `python -m tests.bench.echo AMQP_URL`.
"""

import sys
import warnings

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

if __name__ == "__main__":
    import eventlet

    eventlet.monkey_patch()

from nameko.rpc import rpc  # noqa: E402


class Echo:
    name = "echo"

    @rpc
    def echo(self, payload):
        return payload


def serve(amqp_url: str) -> None:
    from nameko.runners import ServiceRunner

    runner = ServiceRunner({"AMQP_URI": amqp_url, "max_workers": 16})
    runner.add_service(Echo)
    runner.start()
    runner.wait()


if __name__ == "__main__":
    serve(sys.argv[1])
