/* The tables of operations and structures, as Markdown: README.md holds what this writes. */
#include "core/api/emr/shapes.h"

#include <stdlib.h>

struct seen {
	const struct shape **items;
	size_t len, cap;
};

static const struct shape *structure_in(const struct shape *s)
{
	while (s->kind == SHAPE_LIST || s->kind == SHAPE_MAP)
		s = s->of;
	return s->kind == SHAPE_STRUCT && s->n_members ? s : NULL;
}

static void see(struct seen *seen, const struct shape *s)
{
	s = structure_in(s);
	for (size_t i = 0; s && i < seen->len; i++)
		if (seen->items[i] == s)
			return;
	if (!s)
		return;
	vec_push(seen, s);
	for (size_t i = 0; i < s->n_members; i++)
		see(seen, s->members[i].shape);
}

/* "Name*, LogUri; kept and shown: Tags; ignored: …" */
static void members(const struct shape *s, bool reply, struct buf *out)
{
	bool any = false;

	for (int use = 0; s && use < SHAPE_USES; use++) {
		bool first = true;
		for (size_t i = 0; i < s->n_members; i++) {
			const struct shape_member *m = &s->members[i];
			if ((int)m->use != use)
				continue;
			if (first && use != SHAPE_ACTED)
				buf_addf(out, "%s%s: ", any ? "; " : "", reply && use == SHAPE_IGNORED
				         ? "never filled" : names_get(&shape_use_names, use));
			buf_addf(out, "%s%s%s", first ? "" : ", ", m->name, m->required ? "*" : "");
			first = false;
			any = true;
		}
	}
	if (!any)
		buf_adds(out, "none");
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct shape *const *)a)->name, (*(const struct shape *const *)b)->name);
}

static void operations(bool (*served)(const char *name), struct seen *seen, struct buf *out)
{
	size_t n, count = 0;
	const struct emr_operation *ops = emr_operations(&n);

	for (size_t i = 0; i < n; i++)
		count += served(ops[i].name);
	buf_addf(out, "%zu of EMR's %zu operations are served. The others answer UnknownOperationException.\n\n", count, n);
	buf_adds(out, "| operation | served | errors | request | reply |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		bool ours = served(ops[i].name);
		buf_addf(out, "| %s | %s | %s | ", ops[i].name, ours ? "yes" : "no", ops[i].job_flow ? "job flow" : "cluster");
		members(ops[i].input, false, out);
		buf_adds(out, " | ");
		if (ops[i].output)
			members(ops[i].output, true, out);
		else
			buf_adds(out, "no body");
		buf_adds(out, " |\n");
		for (size_t k = 0; ours && k < ops[i].input->n_members; k++)
			see(seen, ops[i].input->members[k].shape);
		for (size_t k = 0; ours && ops[i].output && k < ops[i].output->n_members; k++)
			see(seen, ops[i].output->members[k].shape);
	}
}

void emr_document(bool (*served)(const char *name), struct buf *out)
{
	struct seen seen = { 0 };

	operations(served, &seen, out);
	buf_adds(out, "\nThe structures in them:\n\n| structure | members |\n|---|---|\n");
	if (seen.len)
		qsort(seen.items, seen.len, sizeof *seen.items, by_name);
	for (size_t i = 0; i < seen.len; i++) {
		buf_addf(out, "| %s | ", seen.items[i]->name);
		members(seen.items[i], false, out);
		buf_adds(out, " |\n");
	}
	vec_free(&seen);
}
