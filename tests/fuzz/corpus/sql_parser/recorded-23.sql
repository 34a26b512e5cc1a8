 select radians(180);
select cast('2024-02' as date), cast('2024' as date), cast('2024-2-9' as date);
select md5('spark'), sha1('spark'), sha('spark'), sha2('spark', 256), sha2('spark', 0), crc32('spark');
select make_date(2024, 2, 29), make_timestamp(2024, 2, 29, 1, 2, 3.456), make_ym_interval(1, 2), make_dt_interval(1, 2, 3, 4.5), make_interval(1, 2, 0, 3);
select 1 + '2', '3' * 2, 1 / '4', - '5';
select raise_error('boom');
select sum(v) from values (9223372036854775807),(1) t(v);
select explode(array(1,2)) as v;
select date_trunc('month', d) m, sum(v) from values (date'2024-01-05', 1), (date'2024-01-20', 2), (date'2024-02-01', 3) t(d, v) group by m order by m
