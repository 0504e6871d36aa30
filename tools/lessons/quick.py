# SPDX-License-Identifier: GPL-3.0-or-later
"""Lessons of a minute: motion, sound, counting, electricity. One function of physics for each, simulated with the
noise and the resolution of its kit, and with a mistake that classes make, in the group that its README names."""

import math

from package import Run

G = 9.794        # m/s2 in Jiaxing, 30.75 degrees north: WGS 84 formula of normal gravity, 9.7937
ZERO = 273.15    # K
KERNEL = 20e-6   # s, how late the kernel stamps an edge, one standard deviation


def pendulum_rows(blocks, bob):
    """What the mode pendulum of kits/protocols/edges_gate.c makes of (blocked, free) instants."""
    rows, first = [], blocks[0][0]
    for k, (blocked, free) in enumerate(blocks):
        if k > 0 and k % 2 == 0:
            rows.append((blocked, {"period": blocked - first, "count": k // 2}))
            first = blocked
        rows.append(((blocked + free) / 2, {"time": free - blocked, "speed": bob / (free - blocked)}))
    return rows


def pendulum(random):
    """T = 2 pi sqrt(L/g) (1 + theta^2/16), theta falling by itself; group 5: the string's loose end blocks the
    beam behind the bob, so each pass counts twice and the period is half."""
    run, bob = Run("pendulum", "六组摆长 · Six lengths", 60), 0.020
    for group, nominal in enumerate((0.25, 0.36, 0.49, 0.64, 0.81, 1.00), 1):
        length = nominal + random.gauss(0, 0.0007)
        theta, at = math.radians(random.uniform(7, 10)), random.uniform(0.5, 2)
        off = random.gauss(0, 0.003)         # the gate is not quite at the lowest point: unequal halves
        blocks = []
        while at < run.duration - 1:
            period = 2 * math.pi * math.sqrt(length / G) * (1 + theta * theta / 16)
            width = bob / (theta * math.sqrt(G * length))
            middle = at + off * (-1) ** len(blocks) * (group != 5)
            blocks.append((middle - width / 2 + random.gauss(0, KERNEL), middle + width / 2 + random.gauss(0, KERNEL)))
            if group == 5:
                behind = middle + width + 0.012
                blocks.append((behind, behind + 0.003 + random.gauss(0, KERNEL)))
            at += period / 2
            theta *= math.exp(-0.006 * period / 2)
        run.stream(group, "T", "pendulum-gate", pendulum_rows(blocks, bob))
        run.reading(group, 1, L=round(length, 3))
    run.mark(32, "group 5", "周期怎么只有一半？ / Why is the period only half?")
    return run


def fence_rows(times, bar):
    """What the mode picket-fence makes of the instants at which bars begin: the fit is its own."""
    rows = []
    for k, at in enumerate(times):
        row = {"position": k * bar}
        if k:
            rows.append(((at + times[k - 1]) / 2, {"speed": bar / (at - times[k - 1])}))
        if k >= 3:
            row["acceleration"] = 2 * parabola([t - times[0] for t in times[:k + 1]], [i * bar for i in range(k + 1)])
        rows.append((at, row))
    return rows


def parabola(x, y):
    """a of y = a x^2 + b x + c by least squares."""
    n, mean_x, mean_y = len(x), sum(x) / len(x), sum(y) / len(y)
    u = [value - mean_x for value in x]
    s2, s3, s4 = (sum(value ** power for value in u) for power in (2, 3, 4))
    p1 = sum(a * (b - mean_y) for a, b in zip(u, y))
    p2 = sum(a * a * (b - mean_y) for a, b in zip(u, y))
    return (p2 - s3 * p1 / s2) / (s4 - s2 * s2 / n - s3 * s3 / s2)


def free_fall(random):
    """s = v0 t + g t^2/2 through a gate, bars 50 mm apart, five drops a group; the tape of group 4 is 47 mm apart
    and was entered as 50 mm, so that g comes out 6 % too large."""
    run, bar = Run("free-fall", "六组光栅尺 · Six picket fences", 75), 0.05
    for group in range(1, 7):
        rows = []
        for drop in range(5):
            begin, v0 = 5 + 14 * drop + random.uniform(-2, 2), random.uniform(0.25, 0.7)
            step = (0.047 if group == 4 else bar) * (1 + random.gauss(0, 0.0015))
            times = []
            for k in range(8):
                fallen = k * step
                t = (math.sqrt(v0 * v0 + 2 * G * fallen) - v0) / G
                times.append(begin + t + random.gauss(0, KERNEL))
            rows += fence_rows(times, bar)
        run.stream(group, "s", "picket-fence", rows, needs=["s", "a"])
    run.mark(40, "group 4", "黑条间距不是 50 mm / The bars are not 50 mm apart")
    return run


def hall_wheel(random):
    """A cart rolls out: dv/dt = -mu g - k v^2; four magnets on a wheel of 65 mm; group 6 glued one magnet 8
    degrees off its place: a saw-tooth once a turn."""
    run, around = Run("hall-wheel", "三种地面，六组滑行 · Six carts on three floors", 20), math.pi * 0.065
    for group, mu in enumerate((0.018, 0.018, 0.026, 0.026, 0.042, 0.026), 1):
        mu *= 1 + random.gauss(0, 0.03)
        places = [i / 4 + (8 / 360 if group == 6 and i == 2 else random.gauss(0, 0.0008)) for i in range(4)]
        at, turned, v, step, edges, n = random.uniform(1, 2), 0.0, random.uniform(1.7, 2.2), 0.0005, [], 0
        while v > 0.05 and at < run.duration - 2.1:
            before = turned
            v -= (mu * G + 0.012 * v * v) * step
            turned += v * step / around
            place = n // 4 + places[n % 4]
            if turned >= place:
                edges.append(at + step * (place - before) / (turned - before) + random.gauss(0, KERNEL))
                n += 1
            at += step
        rows = []
        for k, (earlier, later) in enumerate(zip(edges, edges[1:]), 1):
            rate = 1 / (4 * (later - earlier))
            rows.append(((earlier + later) / 2, {"speed": around * rate, "rate": 60 * rate, "turns": k / 4,
                                                 "distance": around * k / 4}))
        rows.append((edges[-1] + 2, {"speed": 0, "rate": 0}))   # no magnet for 2 s: it stands
        run.stream(group, "v", "hall-wheel", rows, channels=["speed", "rate", "turns", "distance"])
    run.mark(1, "teacher", "1、2 组瓷砖，3、4、6 组木地板，5 组地毯 / "
                           "1, 2 on tiles; 3, 4, 6 on wood; 5 on carpet")
    return run


def speed_of_sound(random):
    """v = 331.3 sqrt(1 + t/273.15) at 22 Cel, between two microphones in line with the clap; group 5 turned a
    microphone to the wall, and it hears the echo, 1.4 m later."""
    run, v = Run("speed-of-sound", "六组距离 · Six distances", 90), 331.3 * math.sqrt(1 + 22 / ZERO)
    for group, distance in enumerate((0.5, 1.0, 1.5, 2.0, 2.5, 3.0), 1):
        way = distance + random.gauss(0, 0.004) + (1.4 if group == 5 else 0)
        rows = []
        for clap in range(8):
            at = 8 + 10 * clap + random.uniform(-3, 3)
            late = random.gauss(0, 45e-6)    # each microphone answers at its own point of the first wave
            rows.append((at, {"time": way / v + late}))
        run.stream(group, "t", "text-board", rows)
        run.reading(group, 2, d=distance)
    air = [(at, {"temp": 22 + 0.2 * math.sin(at / 40) + random.gauss(0, 0.02)}) for at in range(0, 90, 5)]
    run.stream(None, "air", "ds18b20", air, period=5)
    run.mark(60, "group 5", "话筒朝着墙 / This microphone looked at the wall")
    return run


def background_radiation(random):
    """Poisson counting at 25 a minute, tubes that differ by some percent, dead for 190 us after each pulse; group
    5 has a phone charger beside its tube: a burst of false pulses now and then."""
    run = Run("background-radiation", "六根管，十五分钟 · Six tubes, fifteen minutes", 900)
    dead, window = 190e-6, 10
    for group in range(1, 7):
        rate, at, pulses = 25 / 60 * (1 + random.gauss(0, 0.03)), 0.0, []
        while (at := at + dead + random.expovariate(rate)) < run.duration:
            pulses.append(at)
        if group == 5:
            for burst in range(14):
                begin = random.uniform(0, run.duration - 1)
                pulses += [begin + k * 0.01 for k in range(70)]     # the mains: a pulse each half wave
            pulses.sort()
        wait = run.stream(group, "wait", "geiger-tube", [(later, {"interval": later - earlier})
                                                         for earlier, later in zip(pulses, pulses[1:])])
        rows = []
        for end in range(window, run.duration + 1, window):
            n = sum(end - window <= pulse < end for pulse in pulses)
            cpm = 60 * n / (window - n * dead)
            rows.append((end, {"count": sum(pulse < end for pulse in pulses), "cpm": cpm, "dose": cpm / 175}))
        run.stream(group, "cpm", "geiger-tube", rows, period=window, needs=["n", "cpm"], beside=wait)
    run.mark(640, "group 5", "手机充电器在管子旁边 / A phone charger lay beside the tube")
    return run


def cell_current(voltage, light, cells, shaded):
    """One diode: I = Iph - I0 (exp((V + I Rs)/(N n Vt)) - 1) - V/Rp, by halving; mA, of a module 6 V 1 W."""
    photo, dark, n, thermal, series, parallel = 180 * light * shaded, 5e-7, 1.25, 0.0257, 0.9, 5000
    low, high = -50.0, photo + 1
    for _ in range(50):
        middle = (low + high) / 2
        inside = voltage + middle / 1000 * series
        model = photo - dark * (math.exp(inside / (cells * n * thermal)) - 1) - 1000 * inside / parallel
        low, high = (middle, high) if model > middle else (low, middle)
    return (low + high) / 2


def solar_iv(random):
    """Twelve cells in a row; a rheostat turned by hand from short circuit to open in 20 s; light 110 klx = 1000
    W/m2; a leaf lies on one cell of group 4, and that cell limits the whole row."""
    run, cells = Run("solar-iv", "六种光照 · Six light levels", 26), 12
    for group, klx in enumerate((18, 33, 48, 64, 80, 97), 1):
        light, shaded = klx / 110, 0.35 if group == 4 else 1
        highest = 9.0
        while cell_current(highest, light, cells, shaded) < 0:
            highest -= 0.01
        rows = []
        for k in range(220):
            at = 2 + 0.1 * k
            part = max(0.0, min(1.0, (at - 3) / 19))
            voltage = 0.02 + (highest - 0.02) * (1 - (1 - part) ** 1.6)  # a rheostat is not even
            current = cell_current(voltage, light, cells, shaded)
            rows.append((at, {"voltage": voltage * (1 + random.gauss(0, 0.0005)),
                              "current": max(0.0, current * (1 + random.gauss(0, 0.001)) + random.gauss(0, 0.05))}))
        run.stream(group, "sweep", "text-board", rows, period=0.1, needs=["V", "I"])
        run.reading(group, 24, E=klx, Isc=round(max(row["current"] for _, row in rows), 1), cells=cells)
    run.mark(15, "group 4", "板上有片叶子 / A leaf lies on the panel")
    return run


def sound(random):
    """A small loudspeaker outdoors: -6.02 dB per doubling over a background of 44 dB, added as power; two pupils
    talk beside the meter of group 5."""
    run = Run("sound", "操场上的六个距离 · Six distances in the yard", 60)
    for group, distance in enumerate((0.5, 1, 2, 4, 8, 12), 1):
        rows, talk = [], 0.0
        for at in range(60):
            talk = 0.6 * talk + random.gauss(0, 1) if group == 5 else 0
            near = 10 ** ((70 + 4 * talk) / 10) if group == 5 else 0
            power = 10 ** ((80 - 20 * math.log10(distance)) / 10) + 10 ** ((44 + random.gauss(0, 1.5)) / 10) + near
            rows.append((at, {"level": 10 * math.log10(power) + random.gauss(0, 0.5)}))
        run.stream(group, "level", "ws1361", rows, period=1)
        run.reading(group, 3, d=distance)
    run.mark(30, "group 5", "旁边有人说话 / Somebody talks beside it")
    return run
