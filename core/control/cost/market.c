/* The spot market, as far as money is concerned. */
#include "core/control/cost/inner.h"

bool market_price(struct control *ctl, const char *region, const char *type, double *price, bool *set)
{
	(void)ctl;
	(void)region;
	(void)type;
	(void)price;
	(void)set;
	return false;
}

bool market_by_hour(struct control *ctl, const char *region, const char *type, int64_t now, int days,
                    double price[24])
{
	(void)ctl;
	(void)region;
	(void)type;
	(void)now;
	(void)days;
	(void)price;
	return false;
}
