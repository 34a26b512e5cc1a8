 select ceil(-2.1);
select 7 % -3, mod(-7, 3), pmod(-7, 3), -7 div 2;
select cast(true as string), cast(1.10 as string), cast(1e20 as string), cast(1e-4 as string), cast(100000000.0D as string), cast(array(1,null) as string), cast(map('a',1) as string), cast(named_struct('a',1,'b','x') as string);
select soundex('Tymczak'), levenshtein('kitten', 'sitting'), levenshtein('kitten', 'sitting', 2);
select sequence(1, 10, 3), sequence(5, 1, -2), sequence(date'2024-01-30', date'2024-03-01', interval 1 month);
select 2147483647 + 1;
set spark.sql.ansi.enabled=true;
select v, sum(v) over (order by v), sum(v) over (order by v rows between 1 preceding and 1 following), sum(v) over (order by v range between 1 preceding and current row), avg(v) over (), count(*) over (partition by v % 2) from values (1),(2),(4) t(v) order by v;
select stack(2, 1, 'a', 2, 'b') as (n, s);
select * from nosuchtable
