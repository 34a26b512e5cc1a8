 select degrees(pi());
select cast('2024-02-30' as date);
select base64('hello'), unbase64('aGVsbG8='), decode(encode('é', 'UTF-8'), 'UTF-8'), encode('a', 'UTF-16BE');
select unix_timestamp(timestamp'2024-02-29'), unix_timestamp('2024-02-29 01:00', 'yyyy-MM-dd HH:mm'), from_unixtime(1709164800), from_unixtime(0, 'yyyy/MM/dd'), unix_date(date'2024-02-29'), date_from_unix_date(1), unix_seconds(timestamp'1970-01-01 00:00:01.9'), unix_millis(timestamp'1970-01-01 00:00:01.9'), unix_micros(timestamp'1970-01-01 00:00:01.9'), timestamp_seconds(1.5), timestamp_millis(1500), timestamp_micros(1);
select 2 + 3 * 4 - -1, 10 - 2 - 3, 2 * (3 + 4), -2 * -3, 5 & 3 | 8 ^ 1, ~5, not true and false, not (true and false);
select sum(1) + nosuchcol;
select try_avg(v), try_sum(v) from values (9223372036854775807),(1) t(v);
select * from values (1),(null) t(x) where x not in (select y from values (2),(null) u(y));
select a, b from values (1, 2) t(a, b) group by a, b having sum(b) > 1
