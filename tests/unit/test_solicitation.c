// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The solicitations `explain` builds, against the vectors of PROTOCOL.md, and frames in hex. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "util/solicitation.h"

#define NS_MULTICAST                                                                               \
	"3333ff00123402000000000186dd6000000000203afffe800000000000000000000000000001"             \
	"ff0200000000000000000001ff001234870026fa0000000020010db800010000000000000000123401010200" \
	"00000001"
#define NS_PROBE                                                                                   \
	"0200000000fe02000000000186dd6000000000183afffe800000000000000000000000000001"             \
	"20010db80001000000000000000012348700fa4e0000000020010db8000100000000000000001234"
#define NS_DAD                                                                                     \
	"3333ff00123402000000000186dd6000000000183aff00000000000000000000000000000000"             \
	"ff0200000000000000000001ff001234870028860000000020010db8000100000000000000001234"

static struct solicitation solicitation(enum solicitation_kind kind)
{
	struct solicitation q = { .kind = kind,
				  .mac = { 2, 0, 0, 0, 0, 1 },
				  .port_mac = { 2, 0, 0, 0, 0, 0xfe } };

	inet_pton(AF_INET6, "fe80::1", &q.source);
	inet_pton(AF_INET6, "2001:db8:1::1234", &q.target);
	return q;
}

static void expect(const struct solicitation *q, const char *hex)
{
	uint8_t want[FRAME_ROOM], got[FRAME_ROOM];
	int len = frame_from_hex(hex, want);

	assert_true(len > 0);
	assert_int_equal(solicitation_build(q, got), len);
	assert_memory_equal(got, want, (size_t)len);
}

static void test_vectors(void **state)
{
	struct solicitation q = solicitation(SOLICITATION_MULTICAST);

	(void)state;
	expect(&q, NS_MULTICAST);
	q = solicitation(SOLICITATION_PROBE);
	expect(&q, NS_PROBE);
	q = solicitation(SOLICITATION_DAD);
	expect(&q, NS_DAD);
}

static void test_tagged(void **state)
{
	struct solicitation q = solicitation(SOLICITATION_DAD);
	uint8_t plain[FRAME_ROOM], tagged[FRAME_ROOM];
	size_t len = solicitation_build(&q, plain);

	(void)state;
	q.vlan = 88;
	assert_int_equal(solicitation_build(&q, tagged), len + 4);
	assert_memory_equal(tagged, plain, 12);
	assert_memory_equal(tagged + 12, "\x81\x00\x00\x58", 4);
	assert_memory_equal(tagged + 16, plain + 12, len - 12);
}

static void test_hex(void **state)
{
	uint8_t frame[FRAME_ROOM];
	char big[2 * FRAME_ROOM + 3];

	(void)state;
	assert_int_equal(frame_from_hex("", frame), 0);
	assert_int_equal(frame_from_hex("00Ff", frame), 2);
	assert_int_equal(frame[1], 255);
	assert_int_equal(frame_from_hex(" 01:02 03\n04", frame), 4);
	assert_int_equal(frame_from_hex("\t0x0000:  0102 03\n\t0x0010:  0405", frame), 5);
	assert_int_equal(frame_from_hex("0", frame), -EINVAL);
	assert_int_equal(frame_from_hex("0 1", frame), -EINVAL);
	assert_int_equal(frame_from_hex("0x01", frame), -EINVAL);
	memset(big, '0', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(frame_from_hex(big, frame), -EINVAL);
	big[2 * FRAME_ROOM] = '\0';
	assert_int_equal(frame_from_hex(big, frame), FRAME_ROOM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_tagged),
		cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
