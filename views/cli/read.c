/* What people hand over in files. */
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "views/cli/cli.h"

#define JSON_MAX (4 << 20)
#define PART 65536

static int read_stdin(size_t max, struct buf *out, struct error *err)
{
	ssize_t n;

	do {
		buf_reserve(out, PART);
		n = read(STDIN_FILENO, out->data + out->len, PART - 1);
		out->len += n > 0 ? (size_t)n : 0;
		if (out->len > max)
			return error_set(err, ERR_FULL, "standard input is larger than the %zu bytes allowed", max);
	} while (n > 0);
	out->data[out->len] = '\0';
	return n < 0 ? error_set(err, ERR_IO, "cannot read standard input") : 0;
}

int cli_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	return strcmp(path, "-") ? fs_read(path, max, out, err) : read_stdin(max, out, err);
}

int cli_read_json(const char *path, cJSON **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = cli_read(path, JSON_MAX, &text, err);

	*out = NULL;
	if (!rc && !(*out = json_parse(buf_str(&text), text.len, err))) {
		error_prefix(err, "%s", path);
		rc = ERR_INVALID;
	}
	if (!rc && !cJSON_IsObject(*out)) {
		cJSON_Delete(*out);
		*out = NULL;
		rc = error_set(err, ERR_INVALID, "%s: expected a JSON object", path);
	}
	buf_free(&text);
	return rc;
}
