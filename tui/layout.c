#include "tui/layout.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/base/mem.h"

static int total_min(const struct layout_item *it, const bool *in, size_t n, int gap)
{
	int sum = 0, count = 0;
	for (size_t i = 0; i < n; i++)
		if (in[i]) {
			sum += it[i].min;
			count++;
		}
	return sum + (count > 1 ? (count - 1) * gap : 0);
}

/* Leave out panes, largest priority first, the later one of equals, until the minima fit. */
static size_t choose(const struct layout_item *it, bool *in, size_t n, int room, int gap)
{
	size_t left = n;
	for (size_t i = 0; i < n; i++)
		in[i] = true;
	while (left > 0 && total_min(it, in, n, gap) > room) {
		size_t worst = n;
		for (size_t i = 0; i < n; i++)
			if (in[i] && it[i].priority > 0 && (worst == n || it[i].priority >= it[worst].priority))
				worst = i;
		if (worst == n)
			break;
		in[worst] = false;
		left--;
	}
	return left;
}

/* Share `spare` cells by flex, up to each max; what a full one leaves goes round again. */
static void spread(const struct layout_item *it, const bool *in, int *size, size_t n, int spare)
{
	while (spare > 0) {
		int flex = 0, given = 0;
		for (size_t i = 0; i < n; i++)
			if (in[i] && it[i].flex > 0 && (it[i].max == 0 || size[i] < it[i].max))
				flex += it[i].flex;
		if (flex == 0)
			return;
		int rest = spare, weights = flex;
		for (size_t i = 0; i < n; i++) {
			if (!in[i] || it[i].flex <= 0 || (it[i].max && size[i] >= it[i].max))
				continue;
			int share = weights > 0 ? (int)((long long)rest * it[i].flex / weights) : 0;
			weights -= it[i].flex;
			rest -= share;
			if (it[i].max && size[i] + share > it[i].max)
				share = it[i].max - size[i];
			size[i] += share;
			given += share;
		}
		if (given == 0)
			return;
		spare -= given;
	}
}

/* Not even the essential ones fit: in proportion, the last ones lose the remainder. */
static void shrink(const struct layout_item *it, const bool *in, int *size, size_t n, int room)
{
	int sum = 0, left = room;
	for (size_t i = 0; i < n; i++)
		sum += in[i] ? it[i].min : 0;
	for (size_t i = 0; i < n; i++) {
		int s = in[i] && sum > 0 ? (int)(((long long)room * it[i].min + sum - 1) / sum) : 0;
		size[i] = s > left ? left : s;
		left -= size[i];
	}
}

size_t layout_split(struct rect r, enum layout_dir dir, int gap, struct layout_item *it, size_t n)
{
	int room = dir == LAYOUT_ROW ? r.w : r.h;
	bool *in = xcalloc(n, sizeof *in);
	int *size = xcalloc(n, sizeof *size);
	size_t left = choose(it, in, n, room, gap);
	int need = total_min(it, in, n, gap);
	if (need > room) {
		shrink(it, in, size, n, room - (left > 1 ? (int)(left - 1) * gap : 0) > 0 ?
		       room - (int)(left - 1) * gap : 0);
	} else {
		for (size_t i = 0; i < n; i++)
			size[i] = in[i] ? it[i].min : 0;
		spread(it, in, size, n, room - need);
	}
	int at = dir == LAYOUT_ROW ? r.x : r.y;
	for (size_t i = 0; i < n; i++) {
		if (!in[i])
			size[i] = 0;
		it[i].out = dir == LAYOUT_ROW ? (struct rect){ at, r.y, size[i], r.h } :
		            (struct rect){ r.x, at, r.w, size[i] };
		if (in[i])
			at += size[i] + gap;
	}
	free(in);
	free(size);
	return left;
}
