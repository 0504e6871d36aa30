# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for one board on a pty: finds it, reads its description, talks to it, and keeps every frame
it hears. System tests use it to see what a board really says. No wait without a deadline."""

import os
import select
import struct
import time
import tty

import link

PATIENCE = 30.0  # seconds; only for what must come sooner anyway


class Silence(AssertionError):
    """What was waited for did not come."""


class Board:
    def __init__(self, path):
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(path):
            if time.monotonic() > deadline:
                raise Silence(f"{path} did not appear")
            time.sleep(0.01)
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        self.receiver = link.Receiver()
        self.frames = []  # all that were heard, as (host seconds, frame)
        self.lost = 0  # frames, by their seq
        self.seq = 0

    def close(self):
        os.close(self.fd)

    def send(self, kind, stream=link.NO_STREAM, payload=b""):
        """Sends a frame and returns its seq."""
        seq, self.seq = self.seq, (self.seq + 1) & 0xFF
        os.write(self.fd, link.frame(kind, seq, stream, 0, payload))
        return seq

    def send_bytes(self, data):
        os.write(self.fd, data)

    def send_garbage(self, frames):
        """As many bad frames, of which the board must tell in its STAT, and live on."""
        for n in range(frames):
            self.send_bytes(bytes([n + 1, 0x55, 0xAA, 0xFF] * 8) + b"\0")
            self.listen(0.02)
        self.wait(lambda f: f.kind == link.STAT and struct.unpack("<IIII", f.payload)[2] == frames,
                  f"STAT with {frames} bad frames")
        self.ping(1)

    def listen(self, seconds):
        """Takes what comes within that time; returns the new frames."""
        heard, deadline = len(self.frames), time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._take(left)
        return [frame for _, frame in self.frames[heard:]]

    def _take(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return []
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return []
        if not data:
            raise Silence("the board hung up")
        now, frames = time.monotonic(), self.receiver.feed(data)
        for frame in frames:
            if self.frames:
                self.lost += (frame.seq - self.frames[-1][1].seq - 1) & 0xFF
            self.frames.append((now, frame))
        return frames

    def wait(self, wanted, what, seconds=PATIENCE):
        """The next frame for which wanted(frame) is true."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            # A read may bring several frames: all are kept in self.frames.
            for frame in self._take(left):
                if wanted(frame):
                    return frame
        raise Silence(f"no {what} within {seconds:g} s")

    def ask(self, kind, stream=link.NO_STREAM, payload=b"", tries=5, seconds=2.0):
        """Sends until it is answered, each time after so long. Returns (True, value) for ACK, (False, code) for ERR."""
        for _ in range(tries):
            seq = self.send(kind, stream, payload)
            try:
                answer = self.wait(lambda f: f.kind in (link.ACK, link.ERR) and
                                   tuple(f.payload[:2]) == (kind, seq), "answer", seconds)
            except Silence:
                continue
            if answer.kind == link.ACK:
                return True, struct.unpack_from("<I", answer.payload, 2)[0]
            return False, answer.payload[2]
        raise Silence(f"no answer to a frame of type {kind}")

    def describe(self):
        """Asks who it is, again each second (it may just be starting). Returns (Hello, [Stream])."""
        deadline, ask_at = time.monotonic() + PATIENCE, 0.0
        while time.monotonic() < deadline:
            if time.monotonic() >= ask_at:
                self.send_bytes(b"\0")
                self.send(link.HELLO)
                first, ask_at = len(self.frames), time.monotonic() + 1.0
                hello, streams = None, {}
            self._take(0.1)
            for _, frame in self.frames[first:]:
                if frame.kind == link.HELLO:
                    hello = link.Hello(frame.payload)
                elif frame.kind == link.DESC and frame.payload[0] == 0:
                    streams[frame.stream] = link.Stream(frame.payload)
                elif frame.kind == link.DESC and frame.stream in streams:
                    streams[frame.stream].channels.append(link.Channel(frame.payload))
            first = len(self.frames)
            if hello and len(streams) == hello.streams and \
                    all(s.count == len(s.channels) for s in streams.values()):
                return hello, [streams[number] for number in sorted(streams)]
        raise Silence("no complete description")

    def set(self, number, stream, on, period_us=0):
        done, value = self.ask(link.SET, number, struct.pack("<BI", on, period_us))
        if done:
            stream.period_us = value
        return done, value

    def samples(self, number, stream, since=0):
        """[(index, t_us, raws)] of a stream, from all frames heard since that one."""
        return [sample for _, frame in self.frames[since:]
                if frame.kind == link.DATA and frame.stream == number
                for sample in stream.samples(frame)]

    def ping(self, nonce):
        """(host seconds before, t_rx, t_tx, host seconds after)."""
        before = time.monotonic()
        self.send(link.PING, payload=struct.pack("<I8x", nonce))
        pong = self.wait(lambda f: f.kind == link.PONG and
                         struct.unpack_from("<I", f.payload)[0] == nonce, "PONG")
        _, t_rx, t_tx = struct.unpack("<III", pong.payload)
        return before, t_rx, t_tx, self.frames[-1][0]
