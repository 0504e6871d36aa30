# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader of the daemon's server-sent events: one socket, each event with the moment it came."""

import functools
import json
import select
import socket
import time


@functools.lru_cache(64)
def parsed(text):
    """Many readers get the same: they share what it says, and change nothing of it."""
    return json.loads(text)


class Event:
    def __init__(self, fields, at):
        self.id, self.name, self.at = fields.get("id"), fields.get("event"), at
        self.data = parsed(fields["data"]) if "data" in fields else None


class Events:
    def __init__(self, port, last_id=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        head = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.socket.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n{head}\r\n".encode())
        self.raw, self.body = b"", b""
        self.head = None
        self.comments = 0

    def close(self):
        self.socket.close()

    def fileno(self):
        return self.socket.fileno()

    def take(self):
        """The events of what has come; call it when the socket is readable."""
        self.raw += self.socket.recv(1 << 20)
        now = time.monotonic()
        if self.head is None:
            if b"\r\n\r\n" not in self.raw:
                return []
            self.head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        self._undo_chunks()
        *whole, self.body = self.body.split(b"\n\n")
        found = []
        for text in whole:
            fields = dict(line.split(": ", 1) for line in text.decode().split("\n")
                          if not line.startswith(":"))
            self.comments += not fields
            if fields:
                found.append(Event(fields, now))
        return found

    def _undo_chunks(self):
        while b"\r\n" in self.raw:
            size, rest = self.raw.split(b"\r\n", 1)
            n = int(size, 16)
            if len(rest) < n + 2:
                return
            self.body += rest[:n]
            self.raw = rest[n + 2:]

    def wait(self, test, seconds=30.0):
        """The first event from now on that passes; the others are forgotten."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self], [], [], left)[0]:
                for event in self.take():
                    if test(event):
                        return event
        raise AssertionError("the event that was waited for did not come")
