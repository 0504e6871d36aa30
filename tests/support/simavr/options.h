/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What uno-sim was asked for. Texts are the command line's own. */
#pragma once

#include <stdbool.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options {
	const char *firmware, *link, *uid, *eeprom;
	const char *adc, *truth, *sent, *lamp, *pace, *light, *temperature, *load;
	double sine_hz, seconds;
	bool is_unpaced;
};

/* Returns 0, EXIT_USAGE after saying why, or -1 when the help was printed. */
int options_read(int argc, char **argv, struct options *ret_options);
