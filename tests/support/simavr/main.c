/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uno-sim: an unmodified Arduino Uno firmware under libsimavr, on a pseudo-terminal, with sensors, at
 * the pace of the wall clock. simavr itself does not keep time: it runs as fast as it can, and skips
 * sleep. So we run a quantum of simulated time, then wait until the wall clock is there too. When this
 * machine is late, the simulation catches up; if it is hopelessly late the board's time slips, which
 * is told at the end.
 */
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

#include "link/link.h"
#include "options.h"
#include "parts.h"
#include "serial.h"
#include "stack.h"

#define QUANTUM_CYCLES (SIM_HZ / 2000) /* 0.5 ms: what the line's latency is made of */
#define SLIP_NS 1000000000u
#define CYCLES_PER_US (SIM_HZ / 1000000)
#define EEPROM_SIZE 1024
#define UID_PLACE (EEPROM_SIZE - 10) /* as firmware/boards/uno/uid.c keeps it */
#define LAMP_PIN 5                   /* of port B */

/* Sleep costs simulated time only: the pace is ours to keep. */
static void do_not_sleep(avr_t *avr, avr_cycle_count_t cycles)
{
	(void)avr;
	(void)cycles;
}

/* Keeps sleep from skipping further than to the next quantum, when we look at the line again. */
static avr_cycle_count_t tick(avr_t *avr, avr_cycle_count_t when, void *self)
{
	(void)avr;
	(void)self;
	return when + QUANTUM_CYCLES;
}

/* simavr would take any file for a program. */
static bool is_firmware(const char *path)
{
	FILE *file = fopen(path, "rb");
	Elf32_Ehdr head;
	bool is_whole = file && fread(&head, sizeof(head), 1, file) == 1;

	if (file)
		fclose(file);
	return is_whole && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_machine == EM_AVR;
}

static avr_t *make_board(const char *path, struct stack *ret_stack)
{
	elf_firmware_t firmware = {0};
	avr_t *avr;

	if (!is_firmware(path) || elf_read_firmware(path, &firmware) != 0)
		return NULL;
	avr = avr_make_mcu_by_name("atmega328p");
	if (!avr)
		return NULL;
	avr_init(avr);
	avr->log = LOG_ERROR;
	avr_load_firmware(avr, &firmware);
	avr->frequency = SIM_HZ;
	avr->vcc = avr->avcc = avr->aref = 5000;
	avr->sleep = do_not_sleep;
	/* D2 and D3 low would else be polled at every cycle as external interrupts. */
	avr_extint_set_strict_lvl_trig(avr, 0, 0);
	avr_extint_set_strict_lvl_trig(avr, 1, 0);
	avr_cycle_timer_register(avr, QUANTUM_CYCLES, tick, NULL);
	stack_watch(ret_stack, avr, &firmware);
	return avr;
}

static bool write_uid(avr_t *avr, const char *hex)
{
	uint8_t bytes[10];
	uint16_t crc;
	avr_eeprom_desc_t place = {.ee = bytes, .offset = UID_PLACE, .size = sizeof(bytes)};

	if (strlen(hex) != 16 || strspn(hex, "0123456789abcdefABCDEF") != 16)
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		bytes[i] = (uint8_t)byte;
	}
	crc = link_crc16(bytes, 8);
	bytes[8] = (uint8_t)crc;
	bytes[9] = (uint8_t)(crc >> 8);
	avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &place); /* gives -1 although it did it */
	return true;
}

/* A file that is not there is an EEPROM that nobody has written. */
static bool read_eeprom(avr_t *avr, const char *path)
{
	uint8_t bytes[EEPROM_SIZE];
	avr_eeprom_desc_t all = {.ee = bytes, .size = sizeof(bytes)};
	FILE *file = fopen(path, "rb");

	if (!file)
		return errno == ENOENT;
	bool is_whole = fread(bytes, sizeof(bytes), 1, file) == 1;
	fclose(file);
	if (is_whole)
		avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
	return is_whole;
}

static bool keep_eeprom(avr_t *avr, const char *path)
{
	avr_eeprom_desc_t all = {.size = EEPROM_SIZE}; /* without bytes: lends its own */
	FILE *file = fopen(path, "wb");

	if (!file)
		return false;
	avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all);
	bool is_kept = all.ee && fwrite(all.ee, EEPROM_SIZE, 1, file) == 1;
	return fclose(file) == 0 && is_kept;
}

struct lamp {
	avr_t *avr;
	FILE *log;
};

static void on_lamp(avr_irq_t *irq, uint32_t value, void *self)
{
	const struct lamp *lamp = self;

	if (value != irq->value)
		fprintf(lamp->log, "%llu %u\n", (unsigned long long)lamp->avr->cycle,
			(unsigned)value);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Which instant of this machine stands for which cycle, from here on. */
static void tell_pace(FILE *pace, avr_cycle_count_t cycle, uint64_t ns)
{
	if (!pace)
		return;
	fprintf(pace, "%llu %llu\n", (unsigned long long)cycle, (unsigned long long)ns);
	fflush(pace);
}

/* Returns 0, or EXIT_FAILED when the firmware crashed.
 *
 * The board's instants are those of the pace, and its line keeps to them: what leaves the board is
 * given away when its instant has come, and what came in for it is not seen before the instant at
 * which it came, also while the simulation is late and runs faster than time. So no byte arrives
 * before it was sent, at either end. */
static int run(
	avr_t *avr, struct serial *serial, const struct options *options, FILE *pace, int signals)
{
	struct pollfd poll_signals = {.fd = signals, .events = POLLIN};
	uint64_t start_ns = now_ns(CLOCK_MONOTONIC), first_ns = start_ns;
	uint64_t worst_ns = 0, slip_ns = 0, wall_ns;
	avr_cycle_count_t end = 0;
	int status = 0;

	tell_pace(pace, 0, start_ns);
	while (status == 0 && poll(&poll_signals, 1, 0) == 0 &&
		(options->seconds <= 0 || sim_seconds(avr) < options->seconds)) {
		uint64_t due_ns, late_ns = 0;

		end += QUANTUM_CYCLES;
		while (avr->cycle < end && status == 0) {
			int state;

			avr->run_cycle_limit = end - avr->cycle;
			state = avr_run(avr);
			if (state == cpu_Done || state == cpu_Crashed)
				status = EXIT_FAILED;
		}
		if (options->is_unpaced) {
			serial_pump(serial, avr->cycle);
			continue;
		}
		wall_ns = now_ns(CLOCK_MONOTONIC);
		due_ns = start_ns + avr->cycle * 1000 / CYCLES_PER_US;
		if (wall_ns < due_ns)
			sleep_until(due_ns);
		else
			late_ns = wall_ns - due_ns;
		if (late_ns > worst_ns)
			worst_ns = late_ns;
		if (late_ns > SLIP_NS) {
			slip_ns += late_ns;
			start_ns += late_ns;
			tell_pace(pace, avr->cycle, due_ns + late_ns);
		}
		wall_ns = now_ns(CLOCK_MONOTONIC);
		serial_pump(serial, (wall_ns - start_ns) * CYCLES_PER_US / 1000);
	}
	wall_ns = now_ns(CLOCK_MONOTONIC) - first_ns;
	fprintf(stderr,
		"uno-sim: %.3f s simulated in %.3f s, %.0f %% of a processor, "
		"worst lag %.1f ms, slip %.1f ms\n",
		sim_seconds(avr), (double)wall_ns * 1e-9,
		100.0 * (double)now_ns(CLOCK_PROCESS_CPUTIME_ID) / (double)wall_ns,
		(double)worst_ns * 1e-6, (double)slip_ns * 1e-6);
	if (status != 0)
		fprintf(stderr, "uno-sim: the firmware crashed at cycle %llu.\n",
			(unsigned long long)avr->cycle);
	return status;
}

static int open_script(const char *path, struct script **ret)
{
	int error = path ? script_open(path, ret) : 0;

	if (error < 0)
		fprintf(stderr, "uno-sim: %s: %s.\n", path, strerror(-error));
	return error;
}

static int open_log(const char *path, FILE **ret)
{
	if (!path)
		return 0;
	*ret = fopen(path, "w");
	if (*ret)
		return 0;
	fprintf(stderr, "uno-sim: %s: %s.\n", path, strerror(errno));
	return -errno;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct script *adc = NULL, *light = NULL, *temperature = NULL, *load = NULL;
	struct port *port = NULL;
	FILE *truth = NULL, *sent = NULL, *lamp_log = NULL, *pace = NULL;
	struct stack stack;
	sigset_t ends;
	avr_t *avr;
	int signals, status;

	status = options_read(argc, argv, &options);
	if (status != 0)
		return status < 0 ? 0 : status;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);

	status = EXIT_FAILED;
	if (open_script(options.adc, &adc) < 0 || open_script(options.light, &light) < 0 ||
		open_script(options.temperature, &temperature) < 0 ||
		open_script(options.load, &load) < 0)
		goto end;
	if (open_log(options.truth, &truth) < 0 || open_log(options.sent, &sent) < 0 ||
		open_log(options.lamp, &lamp_log) < 0 || open_log(options.pace, &pace) < 0)
		goto end;
	avr = make_board(options.firmware, &stack);
	if (!avr) {
		fprintf(stderr,
			"uno-sim: %s is not an AVR program; build the target uno_firmware.\n",
			options.firmware);
		goto end;
	}
	if (options.eeprom && !read_eeprom(avr, options.eeprom)) {
		fprintf(stderr, "uno-sim: %s is not an EEPROM's content.\n", options.eeprom);
		goto end;
	}
	if (options.uid && !write_uid(avr, options.uid)) {
		fprintf(stderr, "uno-sim: --uid wants 16 hexadecimal digits.\n");
		status = EXIT_USAGE;
		goto end;
	}
	if (port_open(options.link, &port) < 0) {
		fprintf(stderr, "uno-sim: cannot make the port %s.\n",
			options.link ? options.link : "");
		goto end;
	}
	printf("uno is plugged into %s\n", options.link ? options.link : port_name(port));
	fflush(stdout);

	{
		struct serial serial = {.avr = avr, .port = port, .sent = sent};
		struct analog analog = {
			.avr = avr, .script = adc, .sine_hz = options.sine_hz, .truth = truth};
		struct bh1750 bh1750 = {.avr = avr, .script = light};
		struct pins pins = {.avr = avr};
		struct ds18b20 ds18b20 = {.avr = avr, .script = temperature, .pins = &pins};
		struct lamp lamp = {.avr = avr, .log = lamp_log};
		struct hx711 hx711 = {.avr = avr, .script = load, .pins = &pins};

		serial_attach(&serial);
		analog_attach(&analog);
		bh1750_attach(&bh1750);
		ds18b20_attach(&ds18b20);
		hx711_attach(&hx711);
		if (lamp_log)
			avr_irq_register_notify(
				avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), LAMP_PIN), on_lamp,
				&lamp);
		status = run(avr, &serial, &options, pace, signals);
		fprintf(stderr, "uno-sim: %zu bytes of memory were never used\n",
			stack_free(&stack));
		if (options.eeprom && !keep_eeprom(avr, options.eeprom)) {
			fprintf(stderr, "uno-sim: %s: %s.\n", options.eeprom, strerror(errno));
			status = EXIT_FAILED;
		}
	}
end:
	port_close(port);
	if (truth)
		fclose(truth);
	if (sent)
		fclose(sent);
	if (lamp_log)
		fclose(lamp_log);
	if (pace)
		fclose(pace);
	script_free(adc);
	script_free(light);
	script_free(temperature);
	script_free(load);
	close(signals);
	return status;
}
