# SPDX-License-Identifier: GPL-3.0-or-later
"""A small host for one USB device over libusb, to hear what an emulated kit says. Not a driver: it
sends what a test says and returns the bytes that came."""

import ctypes
import ctypes.util
import time

IO, NO_DEVICE, TIMEOUT, PIPE = -1, -4, -7, -9  # libusb's errors


class UsbError(OSError):
    pass


def load():
    name = ctypes.util.find_library("usb-1.0") or "libusb-1.0.so.0"
    library = ctypes.CDLL(name)
    library.libusb_open_device_with_vid_pid.restype = ctypes.c_void_p
    library.libusb_get_device.restype = ctypes.c_void_p
    return library


class UsbHost:
    """Opens the device with these numbers as soon as it is there, and claims an interface."""

    def __init__(self, vendor, product, interface=0, seconds=10):
        self.library, self.context = load(), ctypes.c_void_p()
        self.library.libusb_init(ctypes.byref(self.context))
        deadline, self.handle = time.monotonic() + seconds, None
        while not self.handle:
            self.handle = ctypes.c_void_p(self.library.libusb_open_device_with_vid_pid(
                self.context, ctypes.c_uint16(vendor), ctypes.c_uint16(product)))
            if not self.handle and time.monotonic() > deadline:
                raise UsbError(f"{vendor:04x}:{product:04x} did not appear within {seconds} s")
            if not self.handle:
                time.sleep(0.02)
        self.library.libusb_set_auto_detach_kernel_driver(self.handle, 1)
        self.interface = interface
        self.check(self.library.libusb_claim_interface(self.handle, interface))

    def close(self):
        self.library.libusb_release_interface(self.handle, self.interface)
        self.library.libusb_close(self.handle)
        self.library.libusb_exit(self.context)

    @staticmethod
    def check(result):
        if result < 0:
            raise UsbError(result, f"libusb error {result}")
        return result

    def control(self, kind, request, value, index, data_or_length=b"", milliseconds=3000):
        """Sends bytes, or asks for a number of them. Returns what came."""
        is_in = isinstance(data_or_length, int)
        n = data_or_length if is_in else len(data_or_length)
        buffer = ctypes.create_string_buffer(b"" if is_in else bytes(data_or_length), max(n, 1))
        got = self.check(self.library.libusb_control_transfer(
            self.handle, kind, request, value, index, buffer, n, milliseconds))
        return buffer.raw[:got] if is_in else b""

    def set_report(self, data, kind=2, interface=0):
        self.control(0x21, 0x09, kind << 8, interface, data)

    def read(self, endpoint=0x81, n=8, milliseconds=3000):
        """A transfer of an interrupt or bulk endpoint, which the kernel tells apart: one packet when n
        is the size of its packets."""
        buffer, got = ctypes.create_string_buffer(n), ctypes.c_int()
        self.check(self.library.libusb_bulk_transfer(
            self.handle, endpoint, buffer, n, ctypes.byref(got), milliseconds))
        return buffer.raw[:got.value]

    def write(self, data, endpoint, milliseconds=3000):
        buffer, got = ctypes.create_string_buffer(bytes(data), len(data)), ctypes.c_int()
        self.check(self.library.libusb_bulk_transfer(
            self.handle, endpoint, buffer, len(data), ctypes.byref(got), milliseconds))

    def text(self, number):
        buffer = ctypes.create_string_buffer(128)
        got = self.check(self.library.libusb_get_string_descriptor_ascii(
            self.handle, ctypes.c_uint8(number), buffer, 128))
        return buffer.raw[:got].decode()

    def descriptor(self):
        """The 18 bytes of the device descriptor."""
        return self.control(0x80, 0x06, 0x0100, 0, 18)
