# SPDX-License-Identifier: GPL-3.0-or-later
"""Lessons of minutes to weeks: heat, gas, water, life. One function of physics for each, simulated with the noise
and the resolution of its kit, and with a mistake that classes make, where its README says so."""

import math

from package import Run

HOUR, DAY = 3600, 86400


def probe(random, spread=0.03):
    """A DS18B20's own error after the class has compared the probes in one cup, and its noise."""
    offset = random.gauss(0, spread)
    return lambda value: value + offset + random.gauss(0, 0.015)


def knit_insulation(random):
    """Newton: C dT/dt = -U A (T - room), 200 mL in a can of 198 cm2; U = 1/(1/14.3 + layers * 0.042) W/m2/K;
    the probe of group 5 slips out of the water after six minutes."""
    run = Run("knit-insulation", "六个罐子，六件毛衣 · Six cans in knitwear", 1800)
    warmth, area, period = 850.0, 0.0198, 10
    room = [21.4 + 0.3 * k * period / 1800 for k in range(run.duration // period + 1)]
    for group, layers in enumerate((0, 1, 2, 3, 1, 2), 1):
        read, u = probe(random), 1 / (1 / 14.3 + 0.042 * layers) * (1 + random.gauss(0, 0.02))
        water = 59.5 + random.uniform(-0.8, 0.8)
        seen, rows = water, []
        for k, air in enumerate(room):
            rows.append((k * period, {"temp": read(seen)}))
            water -= u * area * (water - air) / warmth * period
            around, lag = (air + 1.5, 90) if group == 5 and k * period >= 360 else (water, 8)
            seen += (around - seen) * (1 - math.exp(-period / lag))
        run.stream(group, "water", "ds18b20", rows, period=period)
        drop = rows[0][1]["temp"] - rows[1200 // period][1]["temp"]
        run.reading(group, 1500, layers=layers, drop=round(drop, 1))
    read = probe(random)
    rows = [(k * period, {"temp": read(air)}) for k, air in enumerate(room)]
    run.stream(None, "room", "ds18b20", rows, period=period)
    run.mark(380, "group 5", "探头滑出来了 / The probe slipped out")
    return run


def black_cans(random):
    """50 mL of water in cans of 330 mL under a halogen lamp (500 W/m2 for 12 min), then 10 min without: C dT/dt =
    a E A - h S (T - room). What is taken in and radiated: black 0.95, white 0.35 and 0.9, bare metal 0.15 and
    0.1; 6 W/m2/K by air and 5.8 by radiation. A hand shades all for ten seconds at minute seven."""
    run, period = Run("black-cans", "灯下 12 分钟，再关灯 10 分钟 · Lamp 12 min, then dark 10 min", 1320), 2
    warmth, shown, whole = 223.0, 0.0076, 0.028
    shaded = lambda at: 420 <= at < 430
    for need, taken, given in (("black", 0.95, 0.95), ("white", 0.35, 0.9), ("silver", 0.15, 0.1)):
        read, water, rows = probe(random), 23.0, []
        for at in range(0, run.duration + 1, period):
            rows.append((at, {"temp": read(water)}))
            lit = 500 * (1 - math.exp(-at / 20)) if at < 720 and not shaded(at) else 0
            water += (taken * lit * shown - (6 + 5.8 * given) * whole * (water - 23.0)) / warmth * period
        run.stream(None, need, "ds18b20", rows, period=period)
    light = [(at, {"light": (180 + (8800 if at < 720 and not shaded(at) else 700 if at < 720 else 0))
                   * (1 + random.gauss(0, 0.01))}) for at in range(0, run.duration + 1, period)]
    run.stream(None, "light", "bh1750", light, period=period)
    run.mark(421, "group 2", "手挡了光 / A hand shaded the lamp")
    run.mark(720, "teacher", "关灯 / Lamp off")
    return run


def air_of_a_room(random, hours, generation, exchange):
    """ppm each second of a mixed room: dC/dt = G - n (C - 420), with G in ppm/s and n in 1/s at a time."""
    ppm, seen = 620.0, 620.0
    for at in range(round(hours * HOUR) + 1):
        yield at, seen
        ppm += generation(at) - exchange(at) * (ppm - 420)
        seen += (ppm - seen) / 60            # the sensor's own minute


def classroom_co2(random):
    """40 pupils, 0.016 m3/h each, 216 m3: 2963 ppm/h; 0.5 changes of air an hour with closed windows, 6 with
    open ones and nobody inside; the lower sensor is breathed on once."""
    run = Run("classroom-co2", "上课 45 分钟，开窗 15 分钟 · 45 min class, 15 min windows open", 3600)
    lesson, period = 2700, 5
    gain = 40 * 0.016 / 216 * 1e6 / HOUR
    air = list(air_of_a_room(random, 1, lambda at: gain if at < lesson else 0,
                             lambda at: (0.5 if at < lesson else 6) / HOUR))
    breath = lambda at: 2600 * math.exp(-(at - 1210) / 60) if at >= 1210 else 0
    for need, more, puff in (("co2", 0, lambda at: 0), ("low", -45, breath)):
        rows = []
        for at, ppm in air[::period]:
            inside = at < lesson
            filled = 1 - math.exp(-min(at, lesson) / 2400)
            aired = 0 if inside else 1 - math.exp(-(at - lesson) / 500)
            warm, wet = 21 + 2.2 * filled - 2 * aired, 52 + 9 * filled - 6 * aired
            mixed = more * min(1, at / 600) * (1 if inside else math.exp(-(at - lesson) / 300))
            rows.append((at, {"co2": ppm + mixed + puff(at) + random.gauss(0, 6), "temp": warm + random.gauss(0, 0.02),
                              "humidity": wet + random.gauss(0, 0.1)}))
        run.stream(None, need, "scd4x", rows, period=period)
    run.reading(1, 60, people=40, room=216)
    run.mark(1213, "group 3", "有人对着下面那个呼气 / Somebody breathed on the lower one")
    run.mark(lesson, "teacher", "下课，开窗 / Break: windows open")
    return run


def stairs_pressure(random):
    """dp = -rho g dh, rho = p/(287.05 T) at 20 Cel; the weather takes 0.5 hPa in an hour, which both sensors see;
    group 4 did not compare its sensor with the fixed one: 1.9 hPa too high."""
    run = Run("stairs-pressure", "六组在六层楼 · Six groups on six floors", 180)
    weather = lambda at: 1016.2 + 0.5 * at / HOUR + 0.03 * math.sin(at / 23) + 0.02 * math.sin(at / 7.1)
    slope = -1016.2 / (287.05 * 293.15) * 9.794          # hPa/m
    for group in range(1, 7):
        height, off = 3.3 * (group - 1), 1.9 if group == 4 else random.gauss(0, 0.012)
        rows = [(at, {"pressure": weather(at) + slope * height + off + random.gauss(0, 0.02)})
                for at in range(run.duration + 1)]
        run.stream(group, "mobile", "text-board", rows, period=1, channels=["pressure"])
        run.reading(group, 20, h=round(height + (random.gauss(0, 0.01) if height else 0), 2))
    rows = [(at, {"temp": 20.6 + random.gauss(0, 0.01), "pressure": weather(at) + random.gauss(0, 0.02),
                  "humidity": 61 + random.gauss(0, 0.05)}) for at in range(run.duration + 1)]
    run.stream(None, "fixed", "bme280", rows, period=1)
    run.mark(150, "group 4", "我们忘了先放在一起比 / We forgot to compare first")
    return run


def mushrooms(random):
    """A box of 60 L with 0.4 kg of oyster mushroom in the end: respiration 180 mg CO2 per kg and hour at 15 Cel,
    twice that 10 Cel above; 0.5 changes of air an hour; fanned and sprayed at 8 and 16 o'clock but for the
    weekend. Begins on a Monday at 8. A drop of water sits on the humidity probe on day 10."""
    run, period = Run("mushrooms", "平菇两周 · Oyster mushrooms for two weeks", 14 * DAY), 900
    ppm, wet, climate, gas = 600.0, 88.0, [], []
    for at in range(0, run.duration + 1, period):
        day, clock = at / DAY, (at / HOUR + 8) % 24
        warm = 17.2 + 1.5 * math.sin(2 * math.pi * (clock - 9) / 24) + 0.4 * math.sin(day)
        mass = 0.03 + 0.37 / (1 + math.exp(-(day - 8) / 1.3))
        made = mass * 180 * 2 ** ((warm - 15) / 10) / 1.84 / 60e-3 / HOUR * period   # 1.84 mg/mL; ppm in a step
        ppm += made - (1 - math.exp(-0.5 * period / HOUR)) * (ppm - 450)
        wet += (93 - wet) * 0.05 - 0.15 * (warm - 17.2)
        if clock in (8, 16) and day % 7 < 4.9:
            ppm, wet = 480 + random.uniform(0, 40), 84 + random.uniform(0, 3)
        drop = 10.2 < day < 10.5
        climate.append((at, {"temp": warm + random.gauss(0, 0.06),
                             "humidity": 99.9 if drop else min(99.9, wet + random.gauss(0, 0.4))}))
        gas.append((at, {"co2": ppm + random.gauss(0, 8)}))
    run.stream(None, "air", "xy-md02", climate, period=period, needs=["temp", "rh"])
    run.stream(None, "co2", "scd4x", gas, period=period)
    for day in range(1, 14):
        run.reading(1, day * DAY + 600, tall=round(2 + 88 / (1 + math.exp(-(day - 8) / 1.3)) + random.gauss(0, 0.8)))
    run.mark(4.4 * DAY, "group 1", "周末没人扇风 / Nobody fans at the weekend")
    run.mark(10.5 * DAY, "group 3", "探头上有水珠，擦掉了 / A drop on the probe, wiped off")
    return run


def fermentation(random):
    """A bucket of 10 L under a towel: C = 33 kJ/K, U A = 1.2 W/K, so it follows its room within eight hours; 3.8
    mol of glucose at 100 kJ warm it by 0.6 K on day 3; bubbles of 5 mL in the airlock as an S; a pH strip in steps
    of 0.2."""
    run, period = Run("fermentation", "两周的酵素 · A ferment for two weeks", 14 * DAY), 1800
    rooms, jars, bubbles, slow, total = [], [], [], 22.0, 0.0
    read_room, read_jar = probe(random), probe(random)
    for at in range(0, run.duration + 1, period):
        day, clock = at / DAY, (at / HOUR + 9) % 24
        room = 22 + 1.3 * math.sin(2 * math.pi * (clock - 9) / 24) + 0.6 * math.sin(day / 2.2)
        slow += (room - slow) * (1 - math.exp(-period / (8 * HOUR)))
        work = (day / 3) ** 1.5 * math.exp(1.5 * (1 - day / 3)) if day else 0      # 1 at its peak
        total += 2 * work * period / 60
        rooms.append((at, {"temp": read_room(room)}))
        jars.append((at, {"temp": read_jar(slow + 0.6 * work)}))
        bubbles.append((at, {"count": math.floor(total)}))
    run.stream(None, "jar", "ds18b20", jars, period=period)
    run.stream(None, "room", "ds18b20", rooms, period=period)
    run.stream(None, "bubbles", "text-board", bubbles, period=period, channels=["count"])
    for day in range(15):
        sour = 3.5 + 2.1 / (1 + math.exp((day - 3.5) / 1.2)) + random.gauss(0, 0.08)
        run.reading(1, min(day * DAY + 900, run.duration - 60), strip=round(round(sour / 0.2) * 0.2, 1))
    run.mark(3.0 * DAY, "group 2", "泡泡最多的一天 / The day of most bubbles")
    run.mark(6.1 * DAY, "teacher", "开盖放气，搅一搅 / Lid opened, stirred")
    return run


def river_diary(random):
    """Three days: water 23 + 1.2 sin, warmest at 16 o'clock, pH highest at 15:30 by the plants' work; rain after 40 h:
    turbidity jumps and recovers with 5 h; conductivity is diluted, and is not made good for temperature (+2 %/K).
    Begins at 8. The board had no power for 40 minutes in the second night."""
    run, period = Run("river-diary", "运河三天 · Three days of the canal", 3 * DAY), 600
    water, quality, rain = [], [], 40 * HOUR
    read = probe(random)
    for at in range(0, run.duration + 1, period):
        if 42 * HOUR <= at < 42 * HOUR + 2400:
            continue
        clock = at / HOUR + 8
        cooled = 0.5 * (1 - math.exp(-(at - rain) / 9000)) if at > rain else 0
        warm = 23 + 1.2 * math.sin(2 * math.pi * (clock - 10) / 24) - cooled
        washed = math.exp(-(at - rain) / (5 * HOUR)) if at >= rain else 0
        wave = 30 * random.random() if random.random() < 0.012 else 0
        water.append((at, {"temp": read(warm)}))
        quality.append((at, {
            "ph": 7.6 + 0.2 * math.sin(2 * math.pi * (clock - 9.5) / 24) - 0.15 * washed + random.gauss(0, 0.012),
            "conductivity": (520 - 90 * washed) * (1 + 0.02 * (warm - 25)) + random.gauss(0, 2),
            "turbidity": 18 + 125 * washed + random.gauss(0, 1.2) + wave}))
    files = [run.stream(None, "water", "ds18b20", water, period=period),
             run.stream(None, "quality", "text-board", quality, period=period, needs=["ph", "ec", "turbidity"])]
    for file in files:
        run.gap(file, 42 * HOUR - period, 42 * HOUR + 2400, "stopped", 0)
    run.mark(rain, "group 2", "下大雨了 / Heavy rain")
    run.mark(27.5 * HOUR, "group 4", "有船开过 / A boat passed")
    return run
