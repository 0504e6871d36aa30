#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated USB kits say what the fact sheets say: drivers are tested against them."""

import unittest

import machine
from inside import Gadget
from usb import NO_DEVICE, IO, TIMEOUT, UsbError, UsbHost


class Zytemp(unittest.TestCase):
    def plug(self, **words):
        gadget = Gadget(self, "zytemp", **{"period": 20, **words}).plug()
        host = UsbHost(0x04D9, 0xA052)
        self.addCleanup(host.close)
        return gadget, host

    def test_old_one_is_silent_until_it_has_a_key_and_scrambles_with_it(self):
        gadget, host = self.plug()
        with self.assertRaises(UsbError) as silence:
            host.read(milliseconds=200)
        self.assertEqual(silence.exception.errno, TIMEOUT)
        host.set_report(bytes.fromhex("C4C6C0924023DC96"), kind=3)
        heard = {host.read() for _ in range(40)}
        # 775 ppm, 22.6625 degrees, 29.54 %: published vectors.
        for item in ("29E466209446BF12", "5DE4F6200846BFAA", "C5E4EE205146BFF2"):
            self.assertIn(bytes.fromhex(item), heard)
        self.assertEqual(host.text(3), "1.40")

    def test_new_one_speaks_plainly_at_once(self):
        gadget, host = self.plug(generation="new", co2=1125)
        heard = {host.read() for _ in range(40)}
        self.assertIn(bytes.fromhex("500465B90D000000"), heard)
        self.assertEqual(host.descriptor()[12:14], b"\x00\x02")
        gadget.tell("fault", "checksum")
        while sum((item := host.read())[:3]) % 256 == item[3]:
            pass
        self.assertEqual((sum(item[:3]) + 1) % 256, item[3])

    def test_is_gone_when_unplugged_in_mid_transfer_and_comes_back(self):
        gadget, host = self.plug(generation="new", period=5000)
        for _ in range(5):
            host.read()
            gadget.unplug()
            with self.assertRaises(UsbError) as gone:
                host.read(milliseconds=10000)
            self.assertIn(gone.exception.errno, (NO_DEVICE, IO))
            gadget.plug()
            host = UsbHost(0x04D9, 0xA052)
            self.addCleanup(host.close)


class VernierGo(unittest.TestCase):
    def plug(self, model, product, **words):
        self.gadget = Gadget(self, "vernier_go", model=model, **words).plug()
        self.host = UsbHost(0x08F7, product)
        self.addCleanup(self.host.close)

    def ask(self, command):
        """Sends a command, zeros behind it; returns the answer's packets, no measurements."""
        self.host.set_report(bytes.fromhex(command).ljust(8, b"\0"))
        packets = []
        while not packets or not packets[-1][0] & 0x10:
            packet = self.host.read()
            if packet[0] & 0xC0:
                packets.append(packet)
        return [packet.hex().upper() for packet in packets]

    def test_temp_answers_as_captured(self):
        self.plug("temp", 0x0002)
        for command, answer in (("1A", "9A1A000000000000"), ("10", "5C10005301000000"),
                                ("1B420F", "5A1B000000000000"), ("1C", "5D1C420F00000000"),
                                ("28", "7A28310000000000")):
            self.assertEqual(self.ask(command), [answer])
        self.assertEqual(self.host.descriptor().hex().upper(),
                         "12011001000000" "08F7080200530101020001")

    def test_temp_streams_its_calibration_record(self):
        self.plug("temp", 0x0002)
        packets = self.ask("170080")
        self.assertEqual(len(packets), 19)
        self.assertEqual((packets[0], packets[1], packets[-1]),
                         ("4F17013C39300009", "47120154656D7065", "530000B300000000"))

    def test_temp_measures_when_started_and_stops(self):
        self.plug("temp", 0x0002, step=-8)
        self.assertEqual(self.ask("1A"), ["9A1A000000000000"])
        self.assertEqual(self.ask("18"), ["5A18000000000000"])
        self.assertEqual([self.host.read().hex() for _ in range(2)],
                         ["0100400b00000000", "0101380b00000000"])
        self.assertEqual(self.ask("19"), ["5A19000000000000"])

    def test_link_knows_its_probe_and_packs_fast_values(self):
        self.plug("link", 0x0003, step=1, fault="busy")
        self.assertEqual([self.ask("1A01")[0][:6] for _ in range(3)],
                         ["BA1A40", "BA1A40", "9A1A00"])
        self.assertEqual(self.ask("28"), ["5D280A0000000000"])
        self.assertEqual(self.ask("170014")[0], "4F17019C12090010")
        self.assertEqual(self.ask("270080"), ["7A27310000000000"])
        self.ask("1B05")
        self.ask("18")
        self.assertEqual(self.host.read().hex(), "0300400b410b420b")

    def test_motion_measures_micrometres(self):
        self.plug("motion", 0x0004, raw=1234567)
        self.ask("1A0200")
        self.ask("18")
        self.assertEqual(self.host.read().hex(), "010087d612000000")


class Temper(unittest.TestCase):
    def plug(self, vendor, product, **words):
        Gadget(self, "temper", **words).plug()
        host = UsbHost(vendor, product, interface=1)
        self.addCleanup(host.close)
        return host

    @staticmethod
    def ask(host, query, packets):
        host.set_report(bytes.fromhex(query).ljust(8, b"\0"), interface=1)
        return b"".join(host.read(0x82) for _ in range(packets))

    def test_f1_reads_256ths(self):
        host = self.plug(0x0C45, 0x7401)
        self.assertEqual(self.ask(host, "0186FF01", 2), b"TEMPerF1.4      ")
        self.assertEqual(self.ask(host, "01803301", 1)[:4].hex(), "800219b0")

    def test_x_reads_hundredths_in_two_packets(self):
        host = self.plug(0x413D, 0x2107, model="x", outer=1993)
        self.assertEqual(self.ask(host, "01803301", 2).hex(), "8080099810360000800107c94e200000")


class Ws1361(unittest.TestCase):
    def test_tells_level_and_mode_by_vendor_requests(self):
        gadget = Gadget(self, "ws1361", fault="short").plug()
        host = UsbHost(0x16C0, 0x05DC)
        self.addCleanup(host.close)
        self.assertEqual(host.text(2), "WS1361")
        level = host.control(0xC0, 4, 0, 0, 200)
        self.assertEqual((level[0], level[1] & 0x7F), (0x00, 0x19))
        host.control(0xC0, 3, 0x16, 0, 1)
        gadget.wait_said("mode 16")
        self.assertEqual(host.control(0xC0, 4, 0, 0, 2)[1] & 0x7C, 0x58)
        self.assertEqual(len(host.control(0xC0, 4, 0, 0, 2)), 1)


class LabJack(unittest.TestCase):
    def plug(self, **words):
        self.gadget = Gadget(self, "labjack", **words).plug()
        self.host = UsbHost(0x0CD5, 0x0003)
        self.addCleanup(self.host.close)

    def ask(self, command):
        self.host.write(bytes.fromhex(command), 0x01)
        return self.host.read(0x82, 64)

    def test_answers_commands_with_sums_and_refuses_those_without(self):
        self.plug()
        config = self.ask("0BF80A0800" + 21 * "00")
        self.assertEqual((len(config), config[1:4].hex(), config[37]), (38, "f81008", 2))
        self.assertEqual(sum(config[6:]), config[4] + 256 * config[5])
        self.assertEqual(int.from_bytes(config[15:19], "little"), 322948161)
        self.assertEqual(self.ask("0CF80A0800" + 21 * "00").hex(), "b8b8")
        self.assertEqual(self.ask("1AF8030B130004000000" + "0F00")[10], 0x0F)
        self.gadget.wait_said("analog 0F")

    def test_reads_inputs_and_its_calibration(self):
        self.plug(version="hv", input0=0x8F20, temperature=0x5A00)
        self.ask("1AF8030B130004000000" + "0F00")
        slope = self.ask("27F8012D00000000")
        self.assertEqual((len(slope), int.from_bytes(slope[8:16], "little")), (40, int(0.0000372 * 2 ** 32)))
        read = self.ask("C5F80800C4000001001F01011F01021F01031F011E1F")
        self.assertEqual((len(read), read[9:11].hex(), read[17:19].hex()), (20, "208f", "005a"))


class VernierGoDirect(unittest.TestCase):
    def plug(self, **words):
        self.gadget = Gadget(self, "vernier_godirect", **words).plug()
        self.host, self.counter = UsbHost(0x08F7, 0x0010), 0xFF
        self.addCleanup(self.host.close)
        self.ask(0x1A, "A54A06490748084709460A450B440C430D420E41")

    def packet(self):
        """The next packet, put together from its reports."""
        packet = b""
        while not packet or len(packet) < packet[1]:
            report = self.host.read(n=64)
            packet += report[1:1 + report[0]]
        self.assertEqual((sum(packet) - packet[3]) & 0xFF, packet[3])
        return packet

    def ask(self, command, parameters=""):
        """The payload of the answer; measurements on the way are kept out."""
        self.counter -= 1
        words = bytes([0x58, 0, self.counter, 0, command]) + bytes.fromhex(parameters)
        words = words[:1] + bytes([len(words)]) + words[2:]
        words = words[:3] + bytes([sum(words) & 0xFF]) + words[4:]
        self.host.write((bytes([len(words)]) + words).ljust(64, b"\0"), 0x01)
        while (packet := self.packet())[0] == 0x20:
            pass
        self.assertEqual(packet[4:6], bytes([command, self.counter]))
        return packet[6:]

    def test_describes_itself_in_packets_longer_than_a_report(self):
        self.plug(model="for")
        info = self.ask(0x55)
        self.assertEqual((len(info), info[:8]), (152, b"GDX-FOR\0"))
        self.assertEqual(self.ask(0x51), bytes.fromhex("FE000000"))
        self.assertEqual(self.ask(0x56), bytes.fromhex("02000000"))
        sensor = self.ask(0x50, "01")
        self.assertEqual((len(sensor), sensor[8:14], sensor[68:70]), (148, b"Force\0", b"N\0"))
        self.assertEqual(self.ask(0x50, "07")[2:6], bytes(4))  # a phantom

    def test_measures_with_the_period_and_packs_fast_sets(self):
        self.plug()
        self.ask(0x1B, "FF00A086010000000000")
        self.ask(0x18, "FF01020000000000000000000000")
        self.assertEqual(self.packet()[4:].hex(), "06020001000000bc41")
        self.ask(0x19, "FF00FFFFFFFF")
        self.ask(0x1B, "FF00204E000000000000")
        self.ask(0x18, "FF01020000000000000000000000")
        self.assertEqual(self.packet()[7], 5)

    def test_a_gate_tells_its_edges(self):
        self.plug(model="vpg")
        self.ask(0x18, "FF01020000000000000000000000")
        self.gadget.tell("gate", 1)
        self.assertEqual(self.packet()[4:].hex(), "0b00010101000000")


if __name__ == "__main__":
    machine.main(__file__)
