 select abs(-5);
select sin(0), cos(0), tan(0), asin(0), acos(1), atan(0), atan2(1, 1);
select cast('2024-02-29T10:11:12Z' as timestamp), cast('2024-02-29 10:11' as timestamp), cast('2024-02-29 10:11:12.123456789' as timestamp);
select hash('spark', 1, true), hash(null), hash(1.5D), hash(1L), hash(date'2024-01-01'), hash(array(1, 2)), xxhash64('spark', 1), xxhash64(1.5D);
select from_utc_timestamp(timestamp'2024-07-01 00:00:00', 'America/New_York'), to_utc_timestamp(timestamp'2024-07-01 00:00:00', 'Asia/Tokyo'), convert_timezone('UTC', 'Asia/Kolkata', timestamp_ntz'2024-01-01 00:00:00');
select '1.5' + 1;
set spark.sql.ansi.enabled=false;
select avg(v), sum(v) from values (cast(1.10 as decimal(5,2))),(2.25) t(v);
select id, k, v from values (1, map('a', 1, 'b', 2)) t(id, m) lateral view explode(m) e as k, v order by k;
select /*+ BROADCAST(u) */ t.a from values (1) t(a) join values (1) u(a) on t.a = u.a
