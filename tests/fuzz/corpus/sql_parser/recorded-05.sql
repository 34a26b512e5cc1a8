 select floor(-2.1);
select bit_count(255), bit_get(5, 0), getbit(5, 2);
select concat('a', 1, true, null);
select overlay('Spark SQL' placing '_' from 6), overlay('abcdef' placing 'XX' from 2 for 3);
select size(array(1, 2)), cardinality(map('a', 1)), array_size(array(1)), size(cast(null as array<int>));
select cast(127 as tinyint) + cast(1 as tinyint);
select sum(x), avg(x), min(x), count(x) from (select 1 x where false);
select v, sum(v) over w from values (1),(2) t(v) window w as (order by v) order by v;
select * from range(3);
select 1 +
