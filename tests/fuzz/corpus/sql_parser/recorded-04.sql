 select ceil(2.345, 1);
select shiftleft(1, 4), shiftright(-16, 2), shiftrightunsigned(-1, 60);
select cast(date'2024-02-29' as string), cast(timestamp'2024-02-29 10:00:00.120' as string), cast(interval '1 2:03:04.5' day to second as string);
select substring_index('www.apache.org', '.', 2), substring_index('www.apache.org', '.', -1);
select array(1, 2, 3)[1], element_at(array(1, 2, 3), -1), try_element_at(array(1), 5), get(array(1, 2), 9), element_at(map('a', 1), 'b'), map('a', 1)['a'];
select 9223372036854775807 + 1;
select count(*), count(x), count(distinct x), sum(x), avg(x), min(x), max(x) from values (1),(2),(null),(2) t(x);
select v, ntile(2) over (order by v), cume_dist() over (order by v), percent_rank() over (order by v) from values (1),(2),(2),(4) t(v) order by v;
select json_tuple('{"a":1,"b":"x"}', 'a', 'b') as (a, b);
selec 1
