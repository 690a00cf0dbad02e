"""Serving a network on this machine: uvicorn in a thread, on loopback unless told otherwise."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp

LOOPBACK: Final = "127.0.0.1"
_SHUTDOWN_S: Final = 2


def listening_socket(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: If the address is in use.
    """
    # With its protocol named, asyncio turns Nagle's algorithm off for accepted connections.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.listen(2048)  # Whoever is told the address may connect from now on.
    return bound


def server(app: ASGIApp) -> uvicorn.Server:
    """A server for the application, quiet but for its errors.

    h11 rather than httptools: with the latter a client that offers `Upgrade: h2c` would have its
    body dropped.
    """
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    return uvicorn.Server(config)


@contextmanager
def served(app: ASGIApp, bound: socket.socket) -> Iterator[str]:
    """Serve in a thread as long as the block runs; gives the address."""
    running = server(app)
    thread = Thread(target=running.run, kwargs={"sockets": [bound]}, name="http", daemon=True)
    thread.start()
    host, port = bound.getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        running.should_exit = True
        thread.join()
        bound.close()
