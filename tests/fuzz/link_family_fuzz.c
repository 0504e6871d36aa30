/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `link`, fed two ways. Raw: the input is what comes over the line. Framed: the input is
 * a list of frames (type, stream, size, payload) that get a true head and CRC, so that nonsense
 * reaches what is behind the CRC; its corpus describes a board, so mutations are boards that say
 * odd things. */
#include "link/link.h"
#include "support/fuzz_kit.h"

enum { LINE_MOST = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_link;

static size_t frame_all(const uint8_t *bytes, size_t n, uint8_t *ret_line)
{
	size_t size = 0;
	uint8_t seq = 0;
	uint32_t t_us = 0;

	while (n >= 3 && size + LINK_WIRE_MAX <= LINE_MOST) {
		struct link_frame frame = {
			.type = bytes[0] & 0x0f,
			.seq = seq,
			.stream = (uint8_t)((bytes[1] & 0x0f) == 0x0f ? LINK_NO_STREAM
								      : bytes[1] & 0x0f),
			.t_us = t_us,
			.payload = bytes + 3,
			.size = bytes[2],
		};

		/* The high bits: how far seq and clock go, mostly as they should. */
		seq = (uint8_t)(seq + 1 + (bytes[0] >> 6));
		t_us += bytes[1] >> 4 ? (uint32_t)(bytes[1] >> 4) * 1000u : 0xfffff000u;
		if (frame.size > n - 3)
			frame.size = (uint8_t)(n - 3);
		if (frame.size > LINK_PAYLOAD_MAX)
			frame.size = LINK_PAYLOAD_MAX;
		size += link_encode(&frame, ret_line + size);
		bytes += 3 + frame.size;
		n -= (size_t)3 + frame.size;
	}
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static uint8_t line[LINE_MOST];

	if (n > 0 && bytes[0] == 'F')
		fuzz_kit(&kit_family_link, line, frame_all(bytes + 1, n - 1, line));
	else
		fuzz_kit(&kit_family_link, bytes, n);
	return 0;
}
