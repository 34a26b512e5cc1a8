/* When will a queue have been worked off? Slots take the work in order, as the scheduler does. */
#include "core/control/cost/inner.h"

double queue_end(const struct work *w, size_t n, int slots, int *unknown)
{
	double *free_at = xcalloc(slots > 0 ? (size_t)slots : 1, sizeof *free_at), end = 0;
	int used = slots > 0 ? slots : 1;

	*unknown = 0;
	for (size_t i = 0; i < n; i++) {
		int first = 0;
		for (int k = 1; k < used; k++)
			if (free_at[k] < free_at[first])
				first = k;
		*unknown += w[i].left_s < 0;
		free_at[first] += w[i].left_s > 0 ? w[i].left_s : 0;
		if (free_at[first] > end)
			end = free_at[first];
	}
	free(free_at);
	return end;
}
