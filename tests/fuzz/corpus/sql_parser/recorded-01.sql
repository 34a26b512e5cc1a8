 select abs(-2.5);
select rint(2.5), rint(3.5);
select cast(timestamp'2024-02-29 10:11:12' as date), cast(date'2024-02-29' as timestamp);
select format_number(1234567.891, 2), format_number(0.5, '#.##'), format_string('%s-%04d-%.1f', 'a', 42, 2.25D);
select date'2024-01-31' + interval '1' month, timestamp'2024-03-10 01:30:00' + interval '1' day, date'2024-03-01' - date'2024-02-28', timestamp'2024-01-02' - timestamp'2024-01-01', interval '1' day * 2, interval '2' year / 4, - interval '1' hour;
select 1 = '1', date'2024-01-01' = '2024-01-01', '2024-01-01' > date'2023-01-01';
select array(1, 2)[5], try_divide(1, 0), '1.5' + 1, 1 / 0, 5 % 0, cast('abc' as int), cast(1e10 as int), element_at(array(1), 3), size(null);
select id, v, row_number() over (partition by id order by v desc) rn, rank() over (partition by id order by v desc) rk, dense_rank() over (partition by id order by v desc) dr from values (1,5),(1,5),(1,3),(2,1) t(id,v) order by id, rn;
select id, pos, v from values (1, array('x','y')) t(id, a) lateral view outer posexplode(a) e as pos, v;
select a, b from values (1, 2) t(a, b) group by a
