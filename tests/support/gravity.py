# SPDX-License-Identifier: GPL-3.0-or-later
"""A fence that falls and a bob that swings past a photogate, in theory; and what a student makes of
their stamps: g with its uncertainty, from nothing but the stamps' stated uncertainty.

Where the numbers come from:

- Standard gravity 9.80665 m/s2: 3rd CGPM (1901), resolution 2. That of a latitude: the Gravity Formula
  1980 (Moritz, Geodetic Reference System 1980, Bulletin Geodesique 54 (1980), p. 402).
- The exact period of a pendulum, 2 pi sqrt(l/g) / agm(1, cos(amplitude/2)): Gauss; Carvalhaes and
  Suppes, Am. J. Phys. 76 (2008) 1150, eq. 6. Its series begins 1 + amplitude^2/16.
- 1.96: so many standard deviations hold 95 % of what is spread normally.
- Which stamp of a fit is wrong: Baarda's w-test (A testing procedure for use in geodetic networks,
  1968): the residual in units of its own standard deviation, the largest of which is that of the
  wrong one.
"""

import collections
import math

STANDARD = 9.80665
BAR, BARS = 0.050, 8  # m from leading edge to leading edge, as kits/picket-fence has it; bars
LENGTH, AMPLITUDE = 1.0, math.radians(10)  # m, of the pendulum
BOB, PERIODS = 0.020, 10  # m; the bob's diameter in kits/pendulum-gate
SIGMAS = 1.96

# g and its 95 % interval's half-width; w of each stamp (Baarda); chi squared over the degrees of
# freedom
Fit = collections.namedtuple("Fit", "g u w misfit")


def at_latitude(degrees):
    sine = math.sin(math.radians(degrees)) ** 2
    twice = math.sin(math.radians(2 * degrees)) ** 2
    return 9.780327 * (1 + 0.0053024 * sine - 0.0000058 * twice)


# --- what happens ---

def fence_edges(g, speed):
    """[(s, is blocked)] of a fence whose first edge comes to the gate with that speed; half of the
    way from edge to edge is black."""
    def when(way):
        return (math.sqrt(speed ** 2 + 2 * g * way) - speed) / g
    for bar in range(BARS):
        yield when(bar * BAR), True
        yield when((bar + 0.5) * BAR), False


def agm(a, b):
    while abs(a - b) > 1e-15 * a:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


def period(g):
    return 2 * math.pi * math.sqrt(LENGTH / g) / agm(1, math.cos(AMPLITUDE / 2))


def pendulum_edges(g, periods=PERIODS):
    """[(s, is blocked)]: the gate is at the lowest point, where the bob comes by twice a period with
    2 sqrt(g l) sin(amplitude/2), by the conservation of energy."""
    blocked = BOB / (2 * math.sqrt(g * LENGTH) * math.sin(AMPLITUDE / 2))
    for half in range(2 * periods + 1):
        yield half * period(g) / 2, True
        yield half * period(g) / 2 + blocked, False


# --- what is made of it ---

def inverse(matrix):
    """Of a small matrix, by Gauss and Jordan."""
    n = len(matrix)
    rows = [list(map(float, row)) + [float(i == j) for j in range(n)] for i, row in enumerate(matrix)]
    for i in range(n):
        best = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[best] = rows[best], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(n):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i])]
    return [row[n:] for row in rows]


def least_squares(basis, values, sigmas):
    """Weighted: (coefficients, their covariance, w of each value, chi squared per degree of freedom).
    The covariance is by the sigmas alone, not by how well it fits."""
    n = len(basis[0])
    normal = [[sum(row[i] * row[j] / s ** 2 for row, s in zip(basis, sigmas)) for j in range(n)]
              for i in range(n)]
    right = [sum(row[i] * y / s ** 2 for row, y, s in zip(basis, values, sigmas)) for i in range(n)]
    covariance = inverse(normal)
    found = [sum(c * r for c, r in zip(row, right)) for row in covariance]
    w, chi = [], 0.0
    for row, y, s in zip(basis, values, sigmas):
        residual = y - sum(c * x for c, x in zip(found, row))
        taken = sum(row[i] * covariance[i][j] * row[j] for i in range(n) for j in range(n))
        w.append(residual / math.sqrt(max(s ** 2 - taken, 1e-30)))
        chi += (residual / s) ** 2
    return found, covariance, w, chi / (len(values) - n)


def fit_fence(stamps, positions, u_s):
    """Of position = y0 + v0 t + g t^2 / 2. A stamp that is uncertain by u_s (95 %) makes the position
    uncertain by the speed times that, so the fast bars count less."""
    middle = sum(stamps) / len(stamps)
    times = [stamp - middle for stamp in stamps]
    basis = [[1, t, t * t / 2] for t in times]
    sigma = u_s / SIGMAS
    found, *_ = least_squares(basis, positions, [sigma] * len(times))
    speeds = [found[1] + found[2] * t for t in times]
    found, covariance, w, misfit = least_squares(basis, positions, [sigma * v for v in speeds])
    return Fit(found[2], SIGMAS * math.sqrt(covariance[2][2]), w, misfit)


def fit_pendulum(stamps, counts, u_s, amplitude=AMPLITUDE):
    """The period is the slope of the stamps over the number of periods; g = l (2 pi / (T agm))^2."""
    first = stamps[0]
    found, covariance, w, misfit = least_squares(
        [[1, count] for count in counts], [stamp - first for stamp in stamps],
        [u_s / SIGMAS] * len(stamps))
    g = LENGTH * (2 * math.pi / (found[1] * agm(1, math.cos(amplitude / 2)))) ** 2
    return Fit(g, SIGMAS * 2 * g * math.sqrt(covariance[1][1]) / found[1], w, misfit)


def odds(hits, n, p):
    """How likely so few hits or so many, the smaller of the two, are in n trials of probability p."""
    def mass(k):
        return math.comb(n, k) * p ** k * (1 - p) ** (n - k)
    return min(sum(map(mass, range(hits + 1))), sum(map(mass, range(hits, n + 1))))
