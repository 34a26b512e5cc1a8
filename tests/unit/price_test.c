/* Price lists: the shipped ones, and a person's own laid over them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/model/price_table.h"

#define HEAD "type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source\n"
#define VHEAD "type,region,gb_month_usd,iops_month_usd,free_iops,mbps_month_usd,free_mbps,date,source\n"
#define near(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static int setup(void **state)
{
	*state = price_table_new();
	return 0;
}

static int teardown(void **state)
{
	price_table_free(*state);
	return 0;
}

static void lay(struct price_table *t, const char *text)
{
	struct error err = ERROR_INIT;

	if (price_table_read(t, "prices.csv", text, strlen(text), &err))
		fail_msg("%s (%s)", err.message, err.hint);
}

static void refused(struct price_table *t, const char *text, int line, const char *says)
{
	struct error err = ERROR_INIT;
	size_t rows = price_table_len(t);

	assert_int_equal(price_table_read(t, "prices.csv", text, strlen(text), &err), ERR_INVALID);
	if (!strstr(err.message, says))
		fail_msg("\"%s\" does not say \"%s\"", err.message, says);
	assert_non_null(strstr(err.message, "prices.csv: line "));
	assert_int_equal(err.line, line);
	assert_int_equal(price_table_len(t), rows);
	assert_ptr_equal(price_table_find(t, "m5.xlarge", "us-east-1"), price_find("m5.xlarge"));
}

/* The rows that were compiled in are what the reader of people's lists makes of the shipped file. */
static void test_compiled_rows_are_the_file(void **state)
{
	struct price_table *t = *state;
	struct buf text = BUF_INIT;
	size_t n;
	const struct price *rows = price_all(&n);

	assert_int_equal(n, 137);
	assert_int_equal(fs_read("core/model/instance-types.csv", 1 << 20, &text, NULL), 0);
	lay(t, buf_str(&text));
	assert_int_equal(price_table_len(t), n);
	for (size_t i = 0; i < n; i++) {
		const struct price *p = price_table_at(t, i);
		assert_true(p->own);
		assert_string_equal(p->type, rows[i].type);
		assert_string_equal(p->region, PRICE_REGION);
		assert_int_equal(p->vcpu, rows[i].vcpu);
		near(p->mem_gib, rows[i].mem_gib);
		assert_string_equal(p->storage, rows[i].storage);
		near(p->ec2, rows[i].ec2);
		near(p->emr, rows[i].emr);
		assert_int_equal(p->emr_estimate, rows[i].emr_estimate);
		assert_string_equal(p->date, rows[i].date);
		assert_string_equal(p->source, rows[i].source);
	}
	buf_free(&text);
}

static void test_compiled_volumes_are_the_file(void **state)
{
	struct price_table *t = *state;
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t n;
	const struct volume_price *rows = price_volumes(&n);

	assert_int_equal(fs_read("core/model/volume-types.csv", 1 << 20, &text, NULL), 0);
	assert_int_equal(price_table_read_volumes(t, "v", buf_str(&text), text.len, &err), 0);
	for (size_t i = 0; i < n; i++) {
		const struct volume_price *p = price_table_volume(t, rows[i].type, rows[i].region);
		assert_ptr_not_equal(p, &rows[i]);
		near(p->gb_month, rows[i].gb_month);
		near(p->iops_month, rows[i].iops_month);
		near(p->free_iops, rows[i].free_iops);
		near(p->mbps_month, rows[i].mbps_month);
		near(p->free_mbps, rows[i].free_mbps);
		assert_string_equal(p->date, rows[i].date);
		assert_string_equal(p->source, rows[i].source);
	}
	buf_free(&text);
}

/* The rates of regions are the file: each is read again, and whoever asks for a type gets it by the size. */
static void test_compiled_rates_are_the_file(void **state)
{
	struct price_table *t = *state;
	struct buf text = BUF_INIT;
	size_t n, i = 0;
	const struct region_rate *rates = price_rates(&n);

	assert_int_equal(fs_read("core/model/region-rates.csv", 1 << 20, &text, NULL), 0);
	char *rest = (char *)buf_str(&text), *line = strsep(&rest, "\n");
	assert_string_equal(line, "family,region,xlarge_usd_h,date,source");
	for (; (line = strsep(&rest, "\n")) && *line; i++) {
		const char *family = strsep(&line, ","), *region = strsep(&line, ","), *usd = strsep(&line, ",");
		char type[32];
		assert_true(i < n);
		assert_string_equal(rates[i].family, family);
		assert_string_equal(rates[i].region, region);
		near(rates[i].xlarge, strtod(usd, NULL));
		assert_string_equal(rates[i].date, strsep(&line, ","));
		assert_string_equal(rates[i].source, line);
		snprintf(type, sizeof type, "%s.xlarge", family);
		const struct price *p = price_table_find(t, type, region);
		assert_non_null(p);
		near(p->ec2, rates[i].xlarge);
		assert_true(p->emr < 0 && !p->own);
		assert_string_equal(p->date, rates[i].date);
		assert_non_null(strstr(p->source, rates[i].source));
		/* no region sells at a third or at the treble: a slipped decimal point would */
		double home = price_find(type)->ec2;
		assert_true(p->ec2 > home / 2 && p->ec2 < home * 2);
	}
	assert_int_equal(i, n);
	buf_free(&text);
}

/* Figures that the offer files of these regions had, the size in proportion, and what is not known. */
static void test_other_regions(void **state)
{
	const struct price_table *t = *state;
	bool unknown = false;

	near(price_ec2("m5.xlarge", "us-east-1"), 0.192);
	near(price_ec2("m5.xlarge", "eu-west-1"), 0.214);
	near(price_ec2("m5.4xlarge", "eu-west-1"), 0.856);
	near(price_ec2("m5.large", "ap-northeast-1"), 0.124);
	near(price_ec2("r5.xlarge", "us-west-2"), 0.252);
	near(price_ec2("m7g.xlarge", "eu-west-1"), 0.1819);
	near(price_ec2("r8g.2xlarge", "eu-west-1"), 0.52736);
	near(price_ec2("i3en.3xlarge", "us-east-2"), 1.356);
	near(price_ec2("m5.xlarge", "us-gov-west-1"), 0.242);
	assert_true(price_ec2("c6g.xlarge", "eu-west-3") < 0); /* a region and a family that are known, not together */
	assert_true(price_ec2("m7g.xlarge", "us-gov-west-1") < 0);
	assert_true(price_ec2("m5.xlarge", "cn-north-1") < 0);
	assert_true(price_ec2("z9.huge", "eu-west-1") < 0);
	assert_true(price_ec2("averylongfamily.xlarge", "eu-west-1") < 0);
	assert_true(price_ec2(NULL, "eu-west-1") < 0);
	assert_true(price_ec2("m5.xlarge", NULL) < 0);
	near(price_hour("m5.xlarge", "us-east-1", &unknown), 0.24);
	assert_false(unknown);
	near(price_hour("m5.xlarge", "eu-west-1", &unknown), 0.214);
	assert_true(unknown);
	assert_string_equal(price_date("us-east-1"), PRICE_DATE);
	assert_string_equal(price_date("eu-west-1"), "2025-03-02");
	assert_null(price_date("cn-north-1"));
	/* made when they are asked for, once */
	size_t before = price_table_len(t);
	const struct price *p = price_table_find(t, "r5.2xlarge", "eu-central-1");
	near(p->ec2, 0.608);
	assert_int_equal(p->vcpu, 8);
	size_t after = price_table_len(t);
	assert_true(after > before + 50);
	assert_ptr_equal(price_table_find(t, "r5.2xlarge", "eu-central-1"), p);
	price_table_open(t, "eu-central-1");
	price_table_open(t, "cn-north-1");
	assert_int_equal(price_table_len(t), after);
}

/* The compiled list of types keeps its form: families together, sizes as EC2 makes them, rates by the size. */
static void test_types_are_plausible(void **state)
{
	size_t n;
	const struct price *rows = price_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct price *p = &rows[i];
		char first[32];
		int disks, gb;
		snprintf(first, sizeof first, "%.*s.xlarge", (int)strcspn(p->type, "."), p->type);
		const struct price *one = price_find(first);
		assert_non_null(one);
		assert_true(p->vcpu >= 2 && p->vcpu <= 72 && p->vcpu % 2 == 0);
		assert_true(p->mem_gib / p->vcpu >= 2 && p->mem_gib / p->vcpu <= 8);
		near(p->mem_gib * one->vcpu, one->mem_gib * p->vcpu);
		assert_true(fabs(p->ec2 * one->vcpu / (one->ec2 * p->vcpu) - 1) < 0.01);
		assert_true(!strcmp(p->storage, "EBS only") || sscanf(p->storage, "%dx%d NVMe SSD", &disks, &gb) == 2);
		assert_int_equal(strlen(p->date), 10);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[k].type, p->type);
	}
}

static void test_unknown_stays_unknown(void **state)
{
	const struct price_table *t = *state;

	near(price_table_find(t, "m5.xlarge", "us-east-1")->emr, 0.048);
	assert_true(price_table_find(t, "m6g.xlarge", "us-east-1")->emr < 0);
	assert_null(price_table_find(t, "m5.xlarge", "cn-north-1")); /* another region's price is another price */
	assert_non_null(price_table_find(t, "m5.xlarge", NULL));
	assert_null(price_table_find(t, "z9.huge", NULL));
	assert_null(price_table_find(t, NULL, "us-east-1"));
	assert_true(price_table_find(t, "m6g.xlarge", NULL)->mem_gib == 16);
}

static void test_own_rows(void **state)
{
	struct price_table *t = *state;

	/* a quote, a comment, CRLF, an order of columns of its own; empty fields are as they were */
	lay(t, "source,type,region,date,ec2_usd_h,emr_usd_h,vcpu,mem_gib,storage\r\n"
	    "# our contract\r\n\r\n\"contract \"\"A\"\", 20 % off\",m5.xlarge,us-east-1,2026-11-01, 0.15 ,,,,\r\n"
	    "list,z9.huge,us-east-1,2026-11-01,9.5,~2.1,96,768,EBS only\r\n"
	    "list,m5.xlarge,cn-north-1,2026-11-01,0.214,unknown,,,\r\n");
	const struct price *p = price_table_find(t, "m5.xlarge", "us-east-1");
	near(p->ec2, 0.15);
	near(p->emr, 0.048);
	assert_int_equal(p->vcpu, 4);
	assert_string_equal(p->source, "contract \"A\", 20 % off");
	p = price_table_find(t, "z9.huge", "us-east-1");
	near(p->emr, 2.1);
	assert_true(p->emr_estimate);
	assert_int_equal(p->vcpu, 96);
	p = price_table_find(t, "m5.xlarge", "cn-north-1");
	assert_true(p->emr < 0 && !p->emr_estimate);
	near(p->mem_gib, 16);
	assert_int_equal(price_table_len(t), 139);
}

/* A list that is refused leaves no row of its own, whatever regions it names. */
static void test_refused_rows_of_other_regions(void **state)
{
	struct price_table *t = *state;
	struct error err = ERROR_INIT;
	static const char text[] = HEAD "m5.xlarge,eu-west-1,,,,0.1,,2026-11-01,x\n"
	                           "m5.xlarge,eu-west-2,,,,free,,2026-11-01,x\n";

	assert_int_equal(price_table_read(t, "prices.csv", text, strlen(text), &err), ERR_INVALID);
	assert_int_equal(err.line, 3);
	for (size_t i = 0; i < price_table_len(t); i++)
		assert_false(price_table_at(t, i)->own);
	near(price_table_find(t, "m5.xlarge", "eu-west-1")->ec2, 0.214);
}

/* A person's line for another region keeps what the shipped rates have, and no other line of that region goes. */
static void test_own_rows_of_other_regions(void **state)
{
	struct price_table *t = *state;

	lay(t, HEAD "m5.xlarge,eu-west-1,,,,,0.048,2026-11-01,our invoice\n"
	    "c5.xlarge,eu-west-1,,,,0.1,unknown,2026-11-01,our contract\n*,ap-south-1,,,,,estimate,2026-11-01,a quarter\n");
	const struct price *p = price_table_find(t, "m5.xlarge", "eu-west-1");
	assert_true(p->own);
	near(p->ec2, 0.214);
	near(p->emr, 0.048);
	near(price_table_find(t, "c5.xlarge", "eu-west-1")->ec2, 0.1);
	p = price_table_find(t, "m5.2xlarge", "eu-west-1");
	assert_false(p->own);
	near(p->ec2, 0.428);
	p = price_table_find(t, "m5.xlarge", "ap-south-1");
	assert_true(p->own && p->emr_estimate);
	near(p->ec2, 0.202);
	near(p->emr, 0.0505);
}

/* A quarter of the EC2 rate is used only where somebody asks for it, and is an estimate then. */
static void test_estimates_on_demand(void **state)
{
	struct price_table *t = *state;

	lay(t, HEAD "*,us-east-1,,,,,estimate,2026-11-01,a quarter of EC2\n"
	    "r6g.xlarge,us-east-1,,,,,unknown,2026-11-01,really not known\n");
	const struct price *p = price_table_find(t, "m6g.xlarge", "us-east-1");
	near(p->emr, 0.154 / 4);
	assert_true(p->emr_estimate);
	assert_non_null(strstr(p->source, "estimated"));
	assert_false(price_table_find(t, "m5.xlarge", "us-east-1")->emr_estimate);
	near(price_table_find(t, "m5.xlarge", "us-east-1")->emr, 0.048);
	assert_true(price_table_find(t, "r6g.xlarge", "us-east-1")->emr_estimate);
	lay(t, HEAD "i3.4xlarge,us-east-1,,,,,estimate,2026-11-01,a quarter\n");
	near(price_table_find(t, "i3.4xlarge", "us-east-1")->emr, 0.312);
}

static void test_errors_say_where(void **state)
{
	struct price_table *t = *state;
	const char *good = "m5.large,us-east-1,2,8,EBS only,0.1,0.02,2026-11-01,x\n";
	char text[1024];

	refused(t, "type,region\n", 1, "the column vcpu is missing");
	refused(t, "", 1, "the column type is missing");
	refused(t, "type,type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date\n", 1,
	        "\"type\" is there twice");
	refused(t, "type,price\n", 1, "\"price\" is no column");
#define BAD(row, says) \
	snprintf(text, sizeof text, "%s%s%s", HEAD, good, row "\n"); refused(t, text, 3, says)
	BAD("m5.xlarge,us-east-1,4,16,EBS only,cheap,0.048,2026-11-01,x",
	    "ec2_usd_h: \"cheap\" is not a price in dollars");
	BAD("m5.xlarge,us-east-1,4,16,EBS only,-1,0.048,2026-11-01,x", "ec2_usd_h: \"-1\"");
	BAD("m5.xlarge,us-east-1,4,16,EBS only,0.19,maybe,2026-11-01,x", "emr_usd_h: \"maybe\" is not a fee");
	BAD("m5.xlarge,us-east-1,4,16,EBS only,unknown,estimate,2026-11-01,x", "an estimate is a share");
	BAD("m5.xlarge,us-east-1,4.5,16,EBS only,0.19,0.04,2026-11-01,x",
	    "vcpu: \"4.5\" is not a number of vCPUs");
	BAD("m5.xlarge,us-east-1,4,lots,EBS only,0.19,0.04,2026-11-01,x", "mem_gib: \"lots\"");
	BAD("m5.xlarge,us-east-1,4,16,EBS only,0.19,0.04,yesterday,x", "date: \"yesterday\" is not the day");
	BAD("m5.xlarge,us-east-1,4,16,EBS only,0.19,0.04,2026-11-01,", "source: \"\" is not a source");
	BAD("m5.xlarge,,4,16,EBS only,0.19,0.04,2026-11-01,x", "region: \"\" is not a region");
	BAD(",us-east-1,4,16,EBS only,0.19,0.04,2026-11-01,x", "type: \"\" is not an instance type");
	BAD("m5.large,us-east-1,4,16,EBS only,0.19,0.04,2026-11-01,x", "has a line already");
	BAD("z9.huge,us-east-1,4,16,EBS only,,0.04,2026-11-01,x", "ec2_usd_h: \"\"");
	BAD("z9.huge,us-east-1,,16,EBS only,1,0.04,2026-11-01,x", "vcpu: \"\"");
	BAD("*,us-east-1,4,,,,estimate,2026-11-01,x", "vcpu: \"4\" is not allowed for type *");
	BAD("*,us-east-1,,,,,0.3,2026-11-01,x", "emr_usd_h: \"0.3\" is not the word estimate");
	BAD("m5.xlarge,us-east-1,4", "fewer fields than columns");
	BAD("m5.xlarge,us-east-1,4,16,a,b,1,1,2026-11-01,x", "more fields than columns");
	BAD("m5.xlarge,us-east-1,4,16,\"EBS,1,1,2026-11-01,x", "a quote is not closed");
#undef BAD
}

static void test_volumes(void **state)
{
	struct price_table *t = *state;
	struct ebs_volume v[] = { { (char *)"gp2", 100, 0, 0, 2 }, { (char *)"gp3", 500, 4000, 250, 1 } };
	struct ebs_volume_list l = { v, 2, 2 };
	struct error err = ERROR_INIT;
	bool unknown = false;

	/* 2 × 100 × 0.10 + 500 × 0.08 + 1000 × 0.005 + 125 × 0.04 = 20 + 40 + 5 + 5 */
	near(price_table_volumes(t, &l, "us-east-1", &unknown), 70 / 730.0);
	assert_false(unknown);
	/* 2 × 100 × 0.11; gp3 is not known there, so the sum is a lower bound */
	near(price_table_volumes(t, &l, "eu-west-1", &unknown), 22 / 730.0);
	assert_true(unknown);
	unknown = false;
	l.len = 1;
	near(price_table_volumes(t, &l, "eu-west-1", &unknown), 22 / 730.0);
	assert_false(unknown);
	l.len = 2;
	near(price_table_volumes(t, &l, "cn-north-1", &unknown), 0);
	assert_true(unknown);
	const char *own = VHEAD "gp2,us-east-1,0.2,0,0,0,0,2026-11-01,ours\n";
	assert_int_equal(price_table_read_volumes(t, "v.csv", own, strlen(own), &err), 0);
	l.len = 1;
	near(price_table_volumes(t, &l, "us-east-1", &unknown), 40 / 730.0);
	own = VHEAD "gp2,us-east-1,0.3,0,0,0,0,2026-11-01,ours\ngp3,us-east-1,x,0,0,0,0,2026-11-01,ours\n";
	assert_int_equal(price_table_read_volumes(t, "v.csv", own, strlen(own), &err), ERR_INVALID);
	assert_string_equal(err.message,
	                    "v.csv: line 3, gb_month_usd: \"x\" is not a price in dollars per GB and month "
	                    "(0.08)");
	near(price_table_volumes(t, &l, "us-east-1", &unknown), 40 / 730.0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_compiled_rows_are_the_file),
		T(test_compiled_volumes_are_the_file),
		T(test_compiled_rates_are_the_file),
		T(test_other_regions),
		T(test_types_are_plausible),
		T(test_unknown_stays_unknown),
		T(test_own_rows),
		T(test_own_rows_of_other_regions),
		T(test_refused_rows_of_other_regions),
		T(test_estimates_on_demand),
		T(test_errors_say_where),
		T(test_volumes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
