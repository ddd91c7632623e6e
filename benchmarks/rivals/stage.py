"""What every server here has in common: a core of its own, the change to send, orders by pipe."""

import os
import resource
import sys
import threading
from collections.abc import Callable

# As large as a short comment with its HTML: about 600 bytes as a message.
PAYLOAD = {"id": 1, "author": "Ada", "html": "x" * 470}
MESSAGE = {"type": "change", "topic": "public.fanout", "seq": 1, "kind": "comment.posted", "payload": PAYLOAD}


def use_core(number: int) -> None:
    """Pin this process to one core, and allow it as many sockets as the machine does."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[number % len(cores)]})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def obey(order: Callable[[str], object]) -> None:
    """Call `order` with each line that the parent writes, in a thread beside the server."""

    def listen() -> None:
        for line in sys.stdin:
            order(line.strip())
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()


def answer(value: object) -> None:
    """Write one line to the parent."""
    print(value, flush=True)
