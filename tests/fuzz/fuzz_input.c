/* Anything that a terminal can send: the decoder gives well-formed events, loses no progress, and gives the
 * same events whether bytes come at once or in the pieces that the first byte chooses. Also the other way:
 * what ncurses could write goes through the colour rewriter. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "tui/input.h"
#include "tui/sgr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct event *ev)
{
	char name[24];
	if (ev->kind == EVENT_KEY && ((ev->key & ~TK_MODS) == 0 || (ev->key & ~TK_MODS) > TK_F20))
		abort();
	if (ev->kind == EVENT_KEY)
		key_name(ev->key, name, sizeof name);
	if (ev->kind == EVENT_MOUSE && (ev->x < 0 || ev->y < 0))
		abort();
	if (ev->kind == EVENT_PASTE && (ev->len > INPUT_PASTE_MAX || strnlen(ev->text, ev->len) > ev->len))
		abort();
}

static size_t decode(const uint8_t *data, size_t size, size_t step)
{
	struct input *in = input_new();
	struct event ev;
	int64_t now = 0;
	size_t events = 0;
	for (size_t at = 0; at < size; at += step) {
		input_feed(in, data + at, size - at < step ? size - at : step, now);
		while (input_next(in, now, &ev)) {
			check(&ev);
			events++;
		}
	}
	now += INPUT_ESC_MS * 1000;
	while (input_next(in, now, &ev)) {
		check(&ev);
		events++;
	}
	if (input_wait(in, now) > 0)
		abort();                     /* held back for longer than promised */
	input_free(in);
	return events;
}

static void rewrite(const uint8_t *data, size_t size)
{
	struct sgr s = { .rgb = true, .wants = { -1, -1, 0 } };
	struct buf out = BUF_INIT;
	for (int i = 0; i < 10; i++)
		sgr_index(&s, i * 7919);
	sgr_rewrite(&s, (const char *)data, size, &out);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (decode(data + 1, size - 1, size) != decode(data + 1, size - 1, 1 + data[0] % 16))
		abort();
	rewrite(data, size);
	return 0;
}
