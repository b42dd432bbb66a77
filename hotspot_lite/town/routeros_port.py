"""The API's TCP port: accepts, starts a conversation each, refuses and comes back.

Knows sockets and threads; what is said in a conversation is known in `routeros_api`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial

from hotspot_lite.town.routeros_api import Conversation, Kernel

HANDSHAKE_SECONDS = 10


class ApiPort:
    """One listening port of one router; `tls` makes it api-ssl."""

    def __init__(self, kernel: Kernel, port: int, tls: ssl.SSLContext | None) -> None:
        self._kernel = kernel
        self._tls = tls
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.port = port

    def listen(self) -> None:
        """Accept connections; on the same port as before, if there was one."""
        if self._listener is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = int(listener.getsockname()[1])
        self._listener = listener
        self._run(partial(self._accept, listener))

    def refuse(self) -> None:
        """Stop listening and cut what is open."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # shutdown wakes the accepting thread; close alone would leave it.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Close every open connection."""
        with self._lock:
            cut, self._open = self._open, set()
        for sock in cut:
            # A conversation may have ended by itself meanwhile.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Refuse, and wait until no thread is left."""
        self.refuse()
        for thread in self._threads:
            thread.join(5)

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        alive = [old for old in self._threads if old.is_alive()]
        self._threads = [*alive, thread]
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(sock)
            self._run(partial(self._converse, sock))

    def _converse(self, sock: socket.socket) -> None:
        try:
            sock = self._secured(sock)
            Conversation(self._kernel, sock).run()
        except OSError:
            sock.close()
        finally:
            with self._lock:
                self._open.discard(sock)

    def _secured(self, sock: socket.socket) -> socket.socket:
        if self._tls is None:
            return sock
        sock.settimeout(HANDSHAKE_SECONDS)
        secured = self._tls.wrap_socket(sock, server_side=True)
        secured.settimeout(None)
        with self._lock:
            self._open.discard(sock)
            self._open.add(secured)
        return secured
