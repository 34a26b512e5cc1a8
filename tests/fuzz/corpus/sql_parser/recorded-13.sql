 select factorial(5);
select cast(99999 as decimal(4,0));
select instr('abcabc', 'c'), locate('c', 'abcabc', 4), position('z', 'abc');
select dateadd(MONTH, 1, timestamp'2024-01-31 10:00:00'), timestampadd(HOUR, -1, timestamp'2024-01-01 00:30:00'), datediff(DAY, date'2024-01-01', date'2024-03-01'), timestampdiff(MONTH, timestamp'2024-01-31', timestamp'2024-02-29');
select to_json(named_struct('a', 1, 'b', null, 'c', array(1, 2), 'd', date'2024-02-29')), to_json(array(named_struct('x', 1.50))), to_json(map('k', timestamp'2024-02-29 01:02:03'));
select element_at(array(1, 2), 3);
select k, collect_list(v), sort_array(collect_set(v)), array_agg(v) from values ('a',1),('a',1),('a',3) t(k,v) group by k;
select a from values (1),(2),(2) t(a) union select a from values (2),(3) u(a) order by a;
select distinct a % 2 as p from values (1),(2),(3) t(a) order by p
