with recursive r(n) as (select 1 union all select n + 1 from r where n < 5), s as (select * from r)
select /*+ BROADCAST(t), REPARTITION(3, a) */ distinct t.*, * except (a, b.c), count(distinct a) filter (where a > 1) over w as x,
 case a when 1 then 'x' else null end, cast(a as array<map<string, struct<x: int, y: decimal(5, 2)>>>), a::interval day to second
from t as t(a, b) tablesample (10 percent) repeatable (3) left outer join u using (a) natural full join v cross join lateral (select 1) z, range(5) r
lateral view outer explode(map(1, 2)) e as k, v
where a between 1 and 2 and b not in (select 1) or not exists (select 1 from x) and c like any ('a%', 'b') and d is not distinct from e
group by rollup(a, (b, c)), grouping sets ((), a, cube(b)) having sum(a) > 1 window w as (partition by a order by b desc nulls last rows between 1 preceding and unbounded following)
union all (values (1, 'a'), (2, 'b')) intersect table t order by 1 nulls first limit 10 offset 5;
select * from t pivot (sum(a) as s, max(b) for (c, d) in ((1, 2) as x, (3, 4))) unpivot include nulls ((v, w) for n in ((a, b) as x));
select transform(e, (x, i) -> x + i), interval '1 02:03:04.5' day to second, interval 1 year 2 months, -1.5e3BD, X'4F', date '2020-01-01', r'\x', f(a => 1, b => 2)
, trim(both 'x' from y), substring(x from 1 for 2), position('a' in b), overlay(a placing b from 1), extract(year from d), timestampadd(month, 1, d), a[1].b.c['x']
