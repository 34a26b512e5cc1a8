 select least('b', 'a');
select cast(123.456 as decimal(5,2));
select substr('abcdef', 2), substr('abcdef', -3, 2), substring('abcdef', 0, 2), left('abc', 2), right('abc', 2), left('abc', -1);
select date_add(date'2024-02-28', 2), date_sub(date'2024-03-01', 1), dateadd(date'2024-01-01', 1), date_add('2024-02-28', 1);
select from_json('{"a":1,"b":"x"}', 'a int, b string'), from_json('{"a":1}', 'a string'), from_json('bad', 'a int'), from_json('[1,2]', 'array<int>'), from_json('{"t":"2024-02-29"}', 't date');
select element_at(array(1, 2), 0);
select k, sum(v) filter (where v > 1) from values ('a',1),('b',2),('a',3) t(k,v) group by 1 order by 1;
select * from values (1),(2) t(a) cross join values ('x') u(b) order by 1;
select a as x, x + 1 as y, y * 2 as z from values (1) t(a)
