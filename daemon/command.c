/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kitlogd(8) describes it. */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char usual[] = "/etc/kitlog/kitlogd.yaml";

static void usage(FILE *out)
{
	fputs("Usage: kitlogd [--config FILE] [--check-config | --print-config]\n"
	      "Reads the kits at this board, keeps their samples, ships them, shows them.\n\n"
	      "  -c, --config FILE   configuration (default: /etc/kitlog/kitlogd.yaml if it is there)\n"
	      "      --check-config  say what is wrong with it, the kits, the lessons, and stop\n"
	      "      --print-config  print the configuration in effect and stop\n"
	      "  -V, --version\n"
	      "  -h, --help\n",
		out);
}

bool command_read(int argc, char **argv, struct command *ret_command, int *ret_status)
{
	enum { CHECK = 256, PRINT };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, CHECK},
		{"print-config", no_argument, NULL, PRINT},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	/* One that is there and may not be read is an error with a sentence, not the defaults. */
	const char *path = access(usual, F_OK) == 0 || errno == EACCES ? usual : NULL;
	enum command_deed deed = COMMAND_RUN;
	int option;

	while ((option = getopt_long(argc, argv, "c:Vh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case CHECK:
			deed = COMMAND_CHECK;
			break;
		case PRINT:
			deed = COMMAND_PRINT;
			break;
		case 'V':
			puts("kitlogd " KITLOG_VERSION);
			*ret_status = 0;
			return false;
		case 'h':
			usage(stdout);
			*ret_status = 0;
			return false;
		default:
			usage(stderr);
			*ret_status = 2;
			return false;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "kitlogd: \"%s\" is not an option; see kitlogd --help\n",
			argv[optind]);
		*ret_status = 2;
		return false;
	}
	*ret_command =
		(struct command){.deed = deed, .config = path, .config_name = path ? path : usual};
	return true;
}
