# SPDX-License-Identifier: GPL-3.0-or-later
"""A satellite receiver on a pty: once a second what a u-blox NEO-6M prints, on a walk northwards.

    nmea.py LINK [BURSTS A SECOND]
"""

import sys
import time

from line_port import Beat, LinePort


def sentence(text):
    total = 0
    for byte in text.encode():
        total ^= byte
    return f"${text}*{total:02X}\r\n".encode()


def burst(second, hour):
    latitude = f"4807.{380 + second:03d}0"
    place = f"{latitude},N,01131.00000,E"
    return b"".join(map(sentence, [
        f"GPRMC,{hour},A,{place},1.944,084.4,230394,,,A",  # 1.944 knots: 1 m/s
        "GPVTG,084.4,T,,M,1.944,N,3.600,K,A",
        f"GPGGA,{hour},{place},1,08,0.9,545.4,M,46.9,M,,",
        "GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1",
        "GPGSV,1,1,02,04,40,083,46,05,17,308,41",
    ]))


def main(link, rate="1"):
    port, second = LinePort(link), 0
    beat = Beat(1 / float(rate))
    while True:
        time.sleep(max(0.0, beat.left()))
        if beat.is_due():
            port.write(burst(second, f"12{second // 60 % 60:02d}{second % 60:02d}.00"))
            second += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
