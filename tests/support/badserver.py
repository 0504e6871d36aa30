#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time-series server that misbehaves on request: what ship has to live with, in one file.

    badserver.py [--port N] [--control N] [--record FILE]

It takes line protocol like InfluxDB 1 (POST, gzip or not, answer 204), keeps what it took, and does
what its rules say instead. Rules are set over a second port, so that the first one can be shut:

    POST /rules   a list of rules as JSON; replaces the old ones
    GET  /rules   the rules with what is left of their `times`
    POST /refuse  closes the data port; POST /listen opens it again at the same number
    GET  /stats   {"requests", "lines", "bytes", "answers": {"204": 3, ...}, "agents": [...]}
    GET  /lines   what was taken, one line each, in order, repeated when it was sent again

The first rule that applies to a request decides. Every rule may have "times": N (then it is spent) and
"path": "substring".
    {"do": "status", "code": 401, "headers": {...}, "body": "...", "keep": false}
              answers so; with "keep" it takes the lines all the same (a lie, or a lost answer)
    {"do": "too_large", "bytes": N}        413 for bodies above N bytes before gzip
    {"do": "poison", "pattern": "regex", "partial": true, "code": 400}
              400 when a line matches; partial: the other lines are taken, as InfluxDB does
    {"do": "hang", "bytes": N}             sends half of an answer, then nothing; with "bytes" only to
                                           bodies above N bytes before gzip
    {"do": "drip"}                         sends the answer with one byte a second
    {"do": "reset", "keep": false}         reads the request, then resets the connection
    {"do": "close"}                        closes the connection without a word
    {"do": "unread"}                       answers 413 before it has read the body, and closes

The first line on stdout is "PORT CONTROL". From Python use the class; everything is on loopback."""

import argparse
import collections
import gzip
import json
import re
import socket
import socketserver
import struct
import sys
import threading
import time


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def text(self):
        body = self.body
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return body.decode("utf-8")


def read_request(file, before_body=None):
    line = file.readline().decode("latin-1")
    if not line.strip():
        return None
    method, path = line.split()[:2]
    headers = {}
    while True:
        line = file.readline().decode("latin-1").strip()
        if not line:
            break
        key, value = line.split(":", 1)
        headers[key.strip().lower()] = value.strip()
    request = Request(method, path, headers, b"")
    if before_body and before_body(request):
        return request
    request.body = file.read(int(headers.get("content-length", 0)))
    return request


REASONS = {200: "OK", 204: "No Content", 301: "Moved Permanently", 302: "Found",
           400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           413: "Request Entity Too Large", 422: "Unprocessable Entity",
           429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def answer_bytes(code, body=b"", headers=None):
    lines = [f"HTTP/1.1 {code} {REASONS.get(code, 'Something')}"]
    for key, value in (headers or {}).items():
        lines.append(f"{key}: {value}")
    if code != 204:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if code == 204 else body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


class BadServer:
    """The data port and what is known about it. start() ... stop()."""

    def __init__(self, port=0, record=None):
        self.lock = threading.RLock()
        self.rules = []
        self.taken = []
        self.answers = collections.Counter()
        self.agents = set()
        self.requests = self.bytes = 0
        self.record = open(record, "a", buffering=1, encoding="utf-8") if record else None
        self.port = port
        self.server = None
        self.open_sockets = set()

    # --- the data port ---

    def start(self):
        bad = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with bad.lock:
                    bad.open_sockets.add(self.connection)
                try:
                    while bad.serve_one(self):
                        pass
                except (ConnectionError, ValueError, OSError):
                    pass
                finally:
                    with bad.lock:
                        bad.open_sockets.discard(self.connection)

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Closes the port and every connection: as if the server had been switched off, but between
        two requests: what was taken has been answered. (For a lost answer there are rules.)"""
        if not self.server:
            return
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            self.server = None
            for connection in self.open_sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def set_rules(self, rules):
        with self.lock:
            self.rules = [dict(rule) for rule in rules]

    def pick_rule(self, request, kinds):
        """The first rule of these kinds that applies; counts it."""
        with self.lock:
            for rule in self.rules:
                if rule["do"] not in kinds or rule.get("times", 1) <= 0:
                    continue
                if rule.get("path", "") not in request.path:
                    continue
                if not self.applies(rule, request):
                    continue
                if "times" in rule:
                    rule["times"] -= 1
                return rule
        return None

    @staticmethod
    def applies(rule, request):
        if "bytes" in rule:
            return len(request.text()) > rule["bytes"]
        if rule["do"] == "poison":
            return re.search(rule["pattern"], request.text(), re.MULTILINE) is not None
        return True

    def take(self, lines):
        with self.lock:
            self.taken.extend(lines)
            if self.record:
                for line in lines:
                    self.record.write(line + "\n")

    def serve_one(self, handler):
        unread = []

        def before_body(request):
            rule = self.pick_rule(request, {"unread"})
            if rule:
                unread.append(rule)
            return bool(rule)

        request = read_request(handler.rfile, before_body)
        if request is None:
            return False
        with self.lock:
            self.requests += 1
            self.bytes += len(request.body)
            self.agents.add(request.headers.get("user-agent", ""))
        if unread:
            return self.reply(handler, 413, b"too large") and False
        return self.follow(handler, request)

    def reply(self, handler, code, body=b"", headers=None):
        with self.lock:
            self.answers[str(code)] += 1
        handler.wfile.write(answer_bytes(code, body, headers))
        handler.wfile.flush()
        return True

    def follow(self, handler, request):
        rule = self.pick_rule(request, {"status", "too_large", "poison", "hang", "drip", "reset",
                                        "close"})
        lines = [line for line in request.text().split("\n") if line]
        if rule is None:
            with self.lock:
                if not self.server:
                    return False  # it was switched off while the request came in
                self.take(lines)
                return self.reply(handler, 204)
        do = rule["do"]
        if do == "status":
            if rule.get("keep"):
                self.take(lines)
            return self.reply(handler, rule["code"], rule.get("body", "").encode(),
                              rule.get("headers"))
        if do == "too_large":
            return self.reply(handler, 413, b'{"error":"Request Entity Too Large"}')
        if do == "poison":
            bad = [line for line in lines if re.search(rule["pattern"], line)]
            if rule.get("partial"):
                self.take([line for line in lines if line not in bad])
            words = json.dumps({"error": "partial write: unable to parse '%s' dropped=%d"
                                % (bad[0], len(bad))})
            return self.reply(handler, rule.get("code", 400), words.encode(),
                              {"Content-Type": "application/json"})
        with self.lock:
            self.answers[do] += 1
        if do == "hang":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            handler.wfile.flush()
            handler.rfile.read(1)  # until the other side gives up
            return False
        if do == "drip":
            for byte in answer_bytes(200, b"x" * 1000):
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(1)
            return False
        if do == "reset":
            if rule.get("keep"):
                self.take(lines)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack("ii", 1, 0))
            handler.connection.close()
            return False
        return False  # close

    def stats(self):
        with self.lock:
            return {"requests": self.requests, "lines": len(self.taken), "bytes": self.bytes,
                    "answers": dict(self.answers), "agents": sorted(self.agents)}

    def lines(self):
        with self.lock:
            return list(self.taken)


class Control:
    """The second port."""

    def __init__(self, bad, port=0):
        self.bad = bad

        class Handler(socketserver.StreamRequestHandler):
            def handle(handler):
                request = read_request(handler.rfile)
                if request:
                    handler.wfile.write(answer_bytes(200, self.answer(request)))

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]

    def answer(self, request):
        bad = self.bad
        if request.path == "/rules" and request.method == "POST":
            bad.set_rules(json.loads(request.body))
        elif request.path == "/rules":
            with bad.lock:
                return json.dumps(bad.rules).encode()
        elif request.path == "/refuse":
            bad.stop()
        elif request.path == "/listen":
            if not bad.server:
                bad.start()
        elif request.path == "/lines":
            return "".join(line + "\n" for line in bad.lines()).encode()
        return json.dumps(bad.stats()).encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0)
    parser.add_argument("--record")
    options = parser.parse_args()
    bad = BadServer(options.port, options.record)
    bad.start()
    control = Control(bad, options.control)
    print(bad.port, control.port, flush=True)
    control.server.serve_forever(0.05)


if __name__ == "__main__":
    sys.exit(main())
