"""Python loads this file by itself wherever its folder is on PYTHONPATH: no connection leaves the machine.

The kernels that execute and check the chapters start with it, so a chapter that comes to depend on a
network fails on its author's machine and not in a classroom.
"""

import sys

_LOOPBACK = ("127.", "::1", "localhost", "::ffff:127.")


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and host not in ("", "::", "0.0.0.0") and not host.startswith(_LOOPBACK):
        raise ConnectionRefusedError(
            f"the chapters run without a network, and this cell asked for {host}. "
            "Fetch what it needs beforehand: python -m embedlib assets fetch"
        )


sys.addaudithook(_stay_on_this_machine)
