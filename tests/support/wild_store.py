# SPDX-License-Identifier: GPL-3.0-or-later
"""A time-series server on loopback for one way to misbehave, down to its sockets (badserver.py keeps to HTTP).

    store = WildStore(); store.start(); ...; store.turn(wild.reset_in_mid_body); ...; store.turn(None)

`turn` says how it behaves from now on; every open connection is cut, between two requests. A way is a function
of (store, connection, request) that returns whether the connection goes on; `at_once` marks those that ask
for no request. `lines` is what it took, `acknowledged` what it also answered 2xx, whole."""

import collections
import gzip
import re
import socket
import struct
import threading
import time

Request = collections.namedtuple("Request", "path lines")


def at_once(way):
    way.is_at_once = True
    return way


def unheard(way):
    """A way that lets nobody in: the port is shut (refuse), or never accepts (swallow)."""
    way.is_unheard = True
    return way


class WildStore:
    def __init__(self, tls=None):
        self.lock = threading.RLock()
        self.way, self.tls = None, tls  # an ssl.SSLContext
        self.lines, self.acknowledged, self.requests, self.turns = [], [], 0, 0
        self.poison = None
        self.listener, self.port, self.fillers = None, 0, []
        self.connections = set()
        self.mine = threading.local()  # of each connection's thread

    # --- the port ---

    def start(self):
        self._listen(64)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()
        return self

    def _listen(self, backlog):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(backlog)

    def _shut(self):
        for connection in [self.listener, *self.fillers, *self.connections]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()
        for filler in self.fillers:
            filler.close()
        self.fillers = []

    def stop(self):
        with self.lock:
            self._shut()

    def turn(self, way, tls=None):
        with self.lock:
            self._shut()
            self.way, self.tls, self.turns = way, tls, self.turns + 1
            if getattr(way, "is_unheard", False):
                way(self)
            else:
                self.start()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self.lock:
            self.connections.add(connection)
            turn, tls = self.turns, self.tls
        whole = connection
        self.mine.turn = turn
        try:
            connection.settimeout(120)
            if tls:
                whole = tls.wrap_socket(connection, server_side=True)
                with self.lock:  # it has taken the descriptor over
                    self.connections.add(whole)
            while self.turns == turn and self._serve_one(whole):
                pass
        except (OSError, ValueError, EOFError):
            pass
        finally:
            with self.lock:
                self.connections -= {connection, whole}
            try:
                whole.close()
            except OSError:
                pass

    def _serve_one(self, connection):
        way = self.way
        if getattr(way, "is_at_once", False):
            return way(self, connection, None)
        request = self.read(connection)
        if not request:
            return False
        return (self.way or good)(self, connection, request)

    # --- requests ---

    def read(self, connection, most=1 << 30):
        """One request, whole; None when the other side went away. `most`: so many bytes at most."""
        raw = b""
        while b"\r\n\r\n" not in raw:
            piece = connection.recv(min(65536, most))
            if not piece:
                return None
            raw += piece
            if len(raw) >= most:
                return None
        head, body = raw.split(b"\r\n\r\n", 1)
        size = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
        while len(body) < size:
            piece = connection.recv(65536)
            if not piece:
                return None
            body += piece
        with self.lock:
            self.requests += 1
        text = gzip.decompress(body).decode()
        return Request(head.split()[1].decode(), [line for line in text.split("\n") if line])

    def take(self, lines):
        with self.lock:
            self.lines += lines

    def acknowledge(self, connection, lines, answer=b"HTTP/1.1 204 No Content\r\n\r\n"):
        """Takes and answers as one, so that a turn never makes a lost answer of it."""
        with self.lock:
            if self.mine.turn != self.turns:
                raise ConnectionAbortedError("it was cut before it was answered")
            self.take(lines)
            self.acknowledged += lines
            connection.sendall(answer)
        return True


def answer(code, body=b"", **headers):
    lines = [f"HTTP/1.1 {code} Something", f"Content-Length: {len(body)}"]
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(connection):
    """Closes it with an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return False


# --- ways to be well, in an unusual manner ---

def good(store, connection, request):
    return store.acknowledge(connection, request.lines)


def late(store, connection, request):
    time.sleep(1.5)
    return store.acknowledge(connection, request.lines)


def interim(store, connection, request):
    """Some 1xx before the answer."""
    return store.acknowledge(connection, request.lines, b"HTTP/1.1 102 Processing\r\n\r\n" * 3 +
                             b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")


def hang_up_each_time(store, connection, request):
    """No Connection: close, and yet it closes."""
    store.acknowledge(connection, request.lines)
    connection.shutdown(socket.SHUT_RDWR)
    return False


def chunked_ok(store, connection, request):
    return store.acknowledge(connection, request.lines, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                             b"2\r\nok\r\n0\r\n\r\n")


def long_ok(store, connection, request):
    """A body beside which ours is small, yet an answer."""
    return store.acknowledge(connection, request.lines, answer(200, b"x" * 300000))


def in_pieces(store, connection, request):
    """The answer byte by byte, but not slowly."""
    store.take(request.lines)
    with store.lock:
        store.acknowledged += request.lines
    for byte in answer(200, b"fine"):
        connection.sendall(bytes([byte]))
        time.sleep(0.002)
    return True


# --- ways that end the connection ---

@unheard
def refuse(store):
    pass


@unheard
def swallow(store):
    """Its queue of connections is full: whoever comes gets no answer at all, as from a host that is off."""
    store._listen(0)
    for _ in range(8):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", store.port))
        store.fillers.append(filler)


@at_once
def close(store, connection, _):
    return False


@at_once
def reset_at_once(store, connection, _):
    return reset(connection)


@at_once
def hang(store, connection, _):
    store.read(connection)
    connection.recv(1)
    return False


@at_once
def hang_unread(store, connection, _):
    """Reads nothing, not even a TLS greeting."""
    turn = store.turns
    while store.turns == turn:
        time.sleep(0.05)
    return False


@at_once
def speak_plainly(store, connection, _):
    """HTTP, whatever is said: TLS, for example."""
    connection.recv(65536)
    connection.sendall(answer(400, b"Client sent an HTTP request to an HTTPS server, or the other way about"))
    return False


@at_once
def reset_in_mid_body(store, connection, _):
    connection.recv(200)
    return reset(connection)


def close_unanswered(store, connection, request):
    return False


def reset_unanswered(store, connection, request):
    return reset(connection)


def take_and_reset(store, connection, request):
    store.take(request.lines)
    return reset(connection)


def half_a_head(store, connection, request):
    connection.sendall(b"HTTP/1.1 204 No Con")
    return False


def half_a_body(store, connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    return False


def take_and_half_a_body(store, connection, request):
    store.take(request.lines)
    return half_a_body(store, connection, request)


def half_then_hang(store, connection, request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    connection.recv(1)
    return False


def drip(store, connection, request):
    for byte in answer(200, b"x" * 1000):
        connection.sendall(bytes([byte]))
        time.sleep(0.5)
    return False


def interim_for_ever(store, connection, request):
    while True:
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.5)


def flap():
    """Now it is there, now it is not."""
    count = [0]

    @at_once
    def way(store, connection, _):
        count[0] += 1
        if count[0] % 3:
            return reset(connection)
        request = store.read(connection)
        return bool(request) and store.acknowledge(connection, request.lines) and False
    return way


# --- what is no answer ---

def say(raw):
    def way(store, connection, request):
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        return False
    return way


def without_end(head, piece):
    """As much as the other side takes."""
    def way(store, connection, request):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
    return way


def status(code, body=b"", keep=False, **headers):
    def way(store, connection, request):
        if keep:
            store.take(request.lines)
        connection.sendall(answer(code, body, **headers))
        return True
    return way


def bomb(code, megabytes):
    """gzip, of which a kilobyte becomes a megabyte."""
    packed = gzip.compress(bytes(megabytes << 20))
    return status(code, packed, Content_Encoding="gzip")


def soon(code, seconds):
    """Retry-After as a date."""
    def way(store, connection, request):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))
        connection.sendall(answer(code, Retry_After=date))
        return True
    return way


def too_large(most):
    def way(store, connection, request):
        if sum(len(line) + 1 for line in request.lines) > most:
            connection.sendall(answer(413, b'{"error":"Request Entity Too Large"}'))
            return True
        return store.acknowledge(connection, request.lines)
    return way


def poisoned(code, partial):
    """The first line that comes offends it for ever; partial: it takes the others at once, as InfluxDB does."""
    def way(store, connection, request):
        store.poison = store.poison or request.lines[0]
        if store.poison not in request.lines:
            return store.acknowledge(connection, request.lines)
        if partial:
            store.take([line for line in request.lines if line != store.poison])
        connection.sendall(answer(code, b'{"error":"partial write: unable to parse \'x\'"}'))
        return True
    return way
