/* The part: its state, its operations, what it does by the clock. */
#include "core/base/clock.h"
#include "core/control/access/access.h"

#define FIRST_TRIM_MS 60000
#define TRIM_MS (24LL * 3600 * 1000)

struct access *access_of(const struct control *ctl)
{
	return ctl->parts[PART_ACCESS];
}

void access_event(struct control *ctl, const char *id, const char *type, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	event_add(ctl, SEVERITY_INFO, NULL, id, type, "%s", buf_str(&text));
	ctl->events.items[ctl->events.len - 1].region[0] = '\0';
	buf_free(&text);
}

/* Keys and policies are a function of the documents; the trail is not, and stays when they are read again. */
static int load(struct control *ctl, struct error *err)
{
	bool first = !ctl->parts[PART_ACCESS];
	int ret;

	if (first)
		ctl->parts[PART_ACCESS] = xcalloc(1, sizeof(struct access));
	if ((ret = policies_load(ctl, err)) || (ret = keys_load(ctl, err)))
		return ret;
	if (first) {
		access_of(ctl)->trim_at = clock_now_ms() + FIRST_TRIM_MS;
		ret = audit_load(ctl, err);
	}
	return ret;
}

static void close_part(struct control *ctl)
{
	struct access *a = access_of(ctl);

	if (!a)
		return;
	keys_free(a);
	policies_free(a);
	audit_free(a);
	free(a);
	ctl->parts[PART_ACCESS] = NULL;
}

static int64_t due(struct control *ctl)
{
	const struct access *a = access_of(ctl);

	return a->save_at && a->save_at < a->trim_at ? a->save_at : a->trim_at;
}

static void run(struct control *ctl, int64_t now)
{
	struct access *a = access_of(ctl);

	if (a->save_at && a->save_at <= now) {
		a->save_at = 0;
		keys_save_used(ctl);
	}
	if (a->trim_at <= now) {
		a->trim_at = now + TRIM_MS;
		audit_trim(ctl, now);
		store_trim_events(ctl->store, now - KEEP_EVENTS_MS);
	}
}

static const struct op ops[] = {
	{ "Stoker.CreateKey", op_create_key }, { "Stoker.ListKeys", op_list_keys },
	{ "Stoker.UpdateKey", op_update_key }, { "Stoker.DeleteKey", op_delete_key },
	{ "Stoker.PutPolicy", op_put_policy }, { "Stoker.ListPolicies", op_list_policies },
	{ "Stoker.DeletePolicy", op_delete_policy }, { "Stoker.ListAuditEvents", op_list_audit },
	{ "Stoker.VerifyAudit", op_verify_audit }, { NULL, NULL },
};

const struct part access_part = {
	.name = "access", .ops = ops, .load = load, .close = close_part, .due = due, .run = run,
};
