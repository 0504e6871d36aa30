/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of uno-sim, and its help. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"

static const char help[] =
	"Usage: uno-sim [OPTION]... FIRMWARE.elf\n"
	"Runs a firmware for the Arduino Uno in a simulator, on a pseudo-terminal.\n"
	"\n"
	"  --link PATH         symbolic link to the pseudo-terminal, removed at the end\n"
	"  --adc-sine HZ       sine on A0, 100 to 4900 mV\n"
	"  --adc SCRIPT        voltage on A0, mV\n"
	"  --truth FILE        a line for each conversion of A0: cycle, mV, value\n"
	"  --sent FILE         a line for each byte that leaves the board: cycle, value\n"
	"  --lamp FILE         a line for each change of the light on the board: cycle, 0 or 1\n"
	"  --pace FILE         a line for the start and each slip: cycle, and the nanosecond of this\n"
	"                      machine's CLOCK_MONOTONIC that stands for it, from there on\n"
	"  --light SCRIPT      BH1750 on I2C, counts\n"
	"  --temperature SCRIPT  DS18B20 on D4, sixteenths of a degree\n"
	"  --load SCRIPT       HX711 on D2 and D3, counts\n"
	"  --uid HEX           serial number in EEPROM, 16 hexadecimal digits (none)\n"
	"  --eeprom FILE       the EEPROM, read if it is there, and written at the end\n"
	"  --for SECONDS       ends after so much simulated time\n"
	"  --unpaced           as fast as it goes\n"
	"  --help              this text\n"
	"\n"
	"A script has lines \"SECONDS VALUE\"; \"SECONDS -\" unplugs the sensor, \"SECONDS low\" connects\n"
	"its data wire with ground. Without one it is not plugged in. Exit status: 0 ended by a signal or its time, 1 it could not run, 2 usage.\n";

/* A number > 0; 0 after saying that it is none. */
static double read_number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end == '\0' && isfinite(value) && value > 0)
		return value;
	fprintf(stderr, "uno-sim: wanted a number greater than 0, not \"%s\".\n", text);
	return 0;
}

int options_read(int argc, char **argv, struct options *options)
{
	enum {
		LINK,
		SINE,
		ADC,
		TRUTH,
		SENT,
		LAMP,
		PACE,
		LIGHT,
		TEMPERATURE,
		LOAD,
		UID,
		EEPROM,
		FOR,
		UNPACED,
		HELP
	};
	static const struct option table[] = {{"link", required_argument, NULL, LINK},
		{"adc-sine", required_argument, NULL, SINE}, {"adc", required_argument, NULL, ADC},
		{"truth", required_argument, NULL, TRUTH}, {"sent", required_argument, NULL, SENT},
		{"lamp", required_argument, NULL, LAMP}, {"pace", required_argument, NULL, PACE},
		{"light", required_argument, NULL, LIGHT},
		{"temperature", required_argument, NULL, TEMPERATURE},
		{"load", required_argument, NULL, LOAD}, {"uid", required_argument, NULL, UID},
		{"eeprom", required_argument, NULL, EEPROM}, {"for", required_argument, NULL, FOR},
		{"unpaced", no_argument, NULL, UNPACED}, {"help", no_argument, NULL, HELP},
		{NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case LINK:
			options->link = optarg;
			break;
		case SINE:
			options->sine_hz = read_number(optarg);
			if (options->sine_hz == 0)
				return EXIT_USAGE;
			break;
		case ADC:
			options->adc = optarg;
			break;
		case TRUTH:
			options->truth = optarg;
			break;
		case SENT:
			options->sent = optarg;
			break;
		case LAMP:
			options->lamp = optarg;
			break;
		case PACE:
			options->pace = optarg;
			break;
		case LIGHT:
			options->light = optarg;
			break;
		case TEMPERATURE:
			options->temperature = optarg;
			break;
		case LOAD:
			options->load = optarg;
			break;
		case UID:
			options->uid = optarg;
			break;
		case EEPROM:
			options->eeprom = optarg;
			break;
		case FOR:
			options->seconds = read_number(optarg);
			if (options->seconds == 0)
				return EXIT_USAGE;
			break;
		case UNPACED:
			options->is_unpaced = true;
			break;
		case HELP:
			fputs(help, stdout);
			return -1;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "uno-sim: name one firmware file; see uno-sim --help.\n");
		return EXIT_USAGE;
	}
	options->firmware = argv[optind];
	return 0;
}
