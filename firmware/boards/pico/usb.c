/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The USB controller of the RP2040 (Datasheet, 4.1) as a device of full speed, by interrupt. Endpoint 0
 * answers the host's questions, in three stages each: the question, perhaps data, and an empty packet
 * the other way. Endpoint 2 carries our frames: an OUT packet goes to the line's ring byte by byte, and
 * the next one waits until there is room; an IN packet is filled when the last one has been fetched. A
 * host that fetches nothing leaves the ring full, which the core counts as lost samples. Not worked
 * around is erratum RP2040-E5 of the chips B0 and B1.
 */
#include <stddef.h>

#include "boards/cortex/line.h"
#include "boards/pico/chip.h"
#include "boards/pico/usb.h"
#include "boards/pico/usb_descriptors.h"

#define MEMORY 0x50100000u
#define SETUP (MEMORY + 0x000)
#define IN_CONTROL(n) REGISTER(MEMORY + 8 * (n)) /* n ≥ 1 */
#define OUT_CONTROL(n) REGISTER(MEMORY + 4 + 8 * (n))
#define IN_BUFFER(n) REGISTER(MEMORY + 0x80 + 8 * (n))
#define OUT_BUFFER(n) REGISTER(MEMORY + 0x84 + 8 * (n))
#define PLACE_0 0x100u /* of endpoint 0's packets, both ways */
#define PLACE_NOTICE 0x180u
#define PLACE_IN 0x1C0u
#define PLACE_OUT 0x200u

#define CONTROL_ON (1u << 31 | 1u << 29) /* interrupts at each packet */
#define BULK (2u << 26)
#define INTERRUPT (3u << 26)
#define BUFFER_FULL (1u << 15)
#define BUFFER_DATA1 (1u << 13)
#define BUFFER_STALL (1u << 11)
#define BUFFER_READY (1u << 10)
#define BUFFER_SIZE 0x3FFu

#define USB 0x50110000u
#define USB_ADDRESS REGISTER(USB)
#define USB_MAIN REGISTER(USB + 0x40)
#define USB_CONTROL REGISTER(USB + 0x4C)
#define USB_STATUS REGISTER(USB + 0x50)
#define USB_DONE REGISTER(USB + 0x58)
#define USB_STALL REGISTER(USB + 0x68)
#define USB_WIRES REGISTER(USB + 0x74)
#define USB_POWER REGISTER(USB + 0x78)
#define USB_INTERRUPTS REGISTER(USB + 0x90)
#define USB_ASKED REGISTER(USB + 0x98)
#define USB_IRQ 5

#define MAIN_ON 1u
#define CONTROL_INTERRUPT_0 (1u << 29)
#define CONTROL_PULL_UP (1u << 16)
#define WIRES_TO_PHY 0x9u
#define POWER_IS_THERE 0xCu
#define STATUS_RESET (1u << 19)
#define STATUS_SETUP (1u << 17)
#define ASKED_DONE (1u << 4)
#define ASKED_RESET (1u << 12)
#define ASKED_SETUP (1u << 16)
#define DONE_IN(n) (1u << (2 * (n)))
#define DONE_OUT(n) (2u << (2 * (n)))

/* Questions, as bmRequestType and bRequest in one number. */
#define GET_STATUS 0x8000
#define GET_STATUS_OF_INTERFACE 0x8100
#define GET_STATUS_OF_ENDPOINT 0x8200
#define CLEAR_HALT 0x0201
#define SET_ADDRESS 0x0005
#define GET_DESCRIPTOR 0x8006
#define GET_CONFIGURATION 0x8008
#define SET_CONFIGURATION 0x0009
#define SET_INTERFACE 0x010B
#define SET_LINE_CODING 0x2120
#define GET_LINE_CODING 0xA121
#define SET_CONTROL_LINES 0x2122
#define DTR 1u

static const uint8_t *serial_number;
static uint8_t address; /* told, and in force after the empty packet */
static uint8_t configuration;
static bool is_open;
static bool is_in_busy;
static volatile bool is_deaf;                     /* no room for a packet: the host has to wait */
static uint32_t next_in, next_out, next_0;        /* BUFFER_DATA1 or 0: packets alternate */
static struct usb_bytes answer;                   /* what is still to be sent of it */
static enum { QUIET, ANSWERING, AGREEING } stage; /* of endpoint 0: what the packet under way is */

/* The size and all else must be there some cycles before READY (4.1.2.5.1). */
static void hand_over(volatile uint32_t *buffer, uint32_t bits)
{
	*buffer = bits;
	__asm volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop" ::: "memory");
	*buffer = bits | BUFFER_READY;
}

static volatile uint8_t *memory(uint32_t place)
{
	return (volatile uint8_t *)(MEMORY + place);
}

static void send_0(const uint8_t *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		memory(PLACE_0)[i] = bytes[i];
	hand_over(&IN_BUFFER(0), BUFFER_FULL | next_0 | size);
	next_0 ^= BUFFER_DATA1;
}

static void receive_0(void)
{
	hand_over(&OUT_BUFFER(0), BUFFER_DATA1 | USB_PACKET);
}

static void send_answer(void)
{
	uint32_t size = answer.size < USB_PACKET ? answer.size : USB_PACKET;

	send_0(answer.bytes, size);
	answer.bytes += size;
	answer.size = (uint16_t)(answer.size - size);
	stage = ANSWERING;
}

static void agree(void)
{
	send_0(NULL, 0);
	stage = AGREEING;
}

static void refuse(void)
{
	USB_STALL = 3;
	IN_BUFFER(0) = BUFFER_STALL;
	OUT_BUFFER(0) = BUFFER_STALL;
}

static void reply(struct usb_bytes bytes, uint16_t most)
{
	if (bytes.size == 0) {
		refuse();
		return;
	}
	answer = bytes;
	if (answer.size > most)
		answer.size = most;
	send_answer();
}

static void listen(void)
{
	is_deaf = line_receive_room() < USB_PACKET;
	if (is_deaf)
		return;
	hand_over(&OUT_BUFFER(USB_DATA_ENDPOINT), next_out | USB_PACKET);
	next_out ^= BUFFER_DATA1;
}

void usb_task(void)
{
	uint32_t state = interrupts_off();

	if (is_deaf)
		listen();
	interrupts_restore(state);
}

/* The UART takes up what is left. */
static void close(void)
{
	if (!is_open)
		return;
	is_open = false;
	uart_wake();
}

static void configure(uint8_t number)
{
	close();
	configuration = number;
	is_in_busy = is_deaf = false;
	next_in = next_out = 0;
	if (number == 0)
		return;
	IN_CONTROL(USB_NOTICE_ENDPOINT) = CONTROL_ON | INTERRUPT | PLACE_NOTICE;
	IN_CONTROL(USB_DATA_ENDPOINT) = CONTROL_ON | BULK | PLACE_IN;
	OUT_CONTROL(USB_DATA_ENDPOINT) = CONTROL_ON | BULK | PLACE_OUT;
	listen();
}

/* The host counts packets of that endpoint from DATA0 again; one that waits is given up. */
static void clear_halt(uint8_t endpoint)
{
	if (endpoint == (0x80 | USB_DATA_ENDPOINT)) {
		next_in = 0;
		is_in_busy = false;
		if (is_open)
			usb_wake();
	} else if (endpoint == USB_DATA_ENDPOINT) {
		next_out = 0;
		listen();
	}
}

static void set_control_lines(uint16_t lines)
{
	if (!(lines & DTR)) {
		close();
		return;
	}
	is_open = configuration != 0;
	if (is_open)
		usb_wake();
}

static void on_setup(void)
{
	static const uint8_t nothing[2] = {0, 0};
	static const uint8_t coding[7] = {
		LINE_BAUD & 0xFF, LINE_BAUD >> 8 & 0xFF, LINE_BAUD >> 16, 0, 0, 0, 8};
	uint32_t first = REGISTER(SETUP), second = REGISTER(SETUP + 4);
	uint16_t value = (uint16_t)(first >> 16), index = (uint16_t)second;
	uint16_t most = (uint16_t)(second >> 16);

	USB_STATUS = STATUS_SETUP;
	next_0 = BUFFER_DATA1;
	switch ((first & 0xFF) << 8 | (first >> 8 & 0xFF)) {
	case GET_DESCRIPTOR:
		reply(usb_descriptor((uint8_t)(value >> 8), (uint8_t)value, serial_number), most);
		break;
	case GET_STATUS:
	case GET_STATUS_OF_INTERFACE:
	case GET_STATUS_OF_ENDPOINT:
		reply((struct usb_bytes){nothing, sizeof(nothing)}, most);
		break;
	case GET_CONFIGURATION:
		reply((struct usb_bytes){&configuration, 1}, most);
		break;
	case GET_LINE_CODING:
		reply((struct usb_bytes){coding, sizeof(coding)}, most);
		break;
	case SET_LINE_CODING: /* of no meaning on this line; the data come next */
		receive_0();
		break;
	case SET_ADDRESS:
		address = (uint8_t)value;
		agree();
		break;
	case SET_CONFIGURATION:
		configure((uint8_t)value);
		agree();
		break;
	case CLEAR_HALT:
		clear_halt((uint8_t)index);
		agree();
		break;
	case SET_CONTROL_LINES:
		set_control_lines(value);
		agree();
		break;
	case SET_INTERFACE:
		agree();
		break;
	default:
		refuse();
		break;
	}
}

/* No answer of ours is a multiple of a packet, so the last one is always short, as it must be. */
static void on_sent_0(void)
{
	if (stage == AGREEING)
		USB_ADDRESS = address;
	if (stage == ANSWERING && answer.size > 0) {
		send_answer();
		return;
	}
	if (stage == ANSWERING)
		receive_0(); /* the host's empty packet */
	stage = QUIET;
}

/* Data of SET_LINE_CODING, which we agree to, or the empty packet behind an answer. */
static void on_received_0(void)
{
	if (OUT_BUFFER(0) & BUFFER_SIZE)
		agree();
}

static void on_received(void)
{
	uint32_t size = OUT_BUFFER(USB_DATA_ENDPOINT) & BUFFER_SIZE;

	for (uint32_t i = 0; i < size; i++)
		line_take_byte(memory(PLACE_OUT)[i]);
	listen();
}

void usb_wake(void)
{
	uint32_t size = 0;
	uint8_t byte;

	if (is_in_busy)
		return;
	while (size < USB_PACKET && line_next_byte(&byte))
		memory(PLACE_IN)[size++] = byte;
	if (size == 0)
		return;
	is_in_busy = true;
	hand_over(&IN_BUFFER(USB_DATA_ENDPOINT), BUFFER_FULL | next_in | size);
	next_in ^= BUFFER_DATA1;
}

static void on_done(uint32_t done)
{
	USB_DONE = done;
	if (done & DONE_IN(0))
		on_sent_0();
	if (done & DONE_OUT(0))
		on_received_0();
	if (done & DONE_OUT(USB_DATA_ENDPOINT))
		on_received();
	if (done & DONE_IN(USB_DATA_ENDPOINT)) {
		is_in_busy = false;
		if (is_open)
			usb_wake();
	}
}

static void on_reset(void)
{
	address = 0;
	USB_ADDRESS = 0;
	stage = QUIET;
	configure(0);
	USB_STATUS = STATUS_RESET;
}

void interrupt_5(void)
{
	uint32_t asked = USB_ASKED;

	/* What was done belongs to before a new question. */
	if (asked & ASKED_DONE)
		on_done(USB_DONE);
	if (asked & ASKED_RESET)
		on_reset();
	if (asked & ASKED_SETUP)
		on_setup();
}

bool usb_is_open(void)
{
	return is_open;
}

void usb_init(const uint8_t uid[8])
{
	serial_number = uid;
	for (uint32_t place = 0; place < PLACE_OUT + USB_PACKET; place += 4)
		REGISTER(MEMORY + place) = 0;
	USB_WIRES = WIRES_TO_PHY;
	USB_POWER = POWER_IS_THERE; /* or we would not run */
	USB_MAIN = MAIN_ON;
	USB_CONTROL = CONTROL_INTERRUPT_0;
	USB_INTERRUPTS = ASKED_DONE | ASKED_RESET | ASKED_SETUP;
	interrupt_enable(USB_IRQ);
	USB_CONTROL = CONTROL_INTERRUPT_0 | CONTROL_PULL_UP;
}
