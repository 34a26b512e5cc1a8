 select log10(1000);
select cast(1.9 as int), cast(-1.9 as int);
select regexp_replace('a1b22', '(\\d+)', '<$1>'), regexp_extract('x=1,y=2', '(\\w)=(\\d)', 2), regexp_extract_all('a1b22', '[a-z](\\d+)', 1), regexp_like('abc', '^a'), regexp_count('aaa', 'a'), regexp_substr('ab12', '\\d+'), regexp_instr('ab12', '\\d');
select last_day(date'2024-02-01'), next_day(date'2024-02-29', 'Mon'), trunc(date'2024-08-15', 'Q'), trunc(date'2024-08-15', 'week'), trunc(date'2024-08-15', 'bad');
select 1 = 1.0, '1' = 1, 'a' < 'B', array(1) = array(1), struct(1, 'a') < struct(1, 'b'), double('NaN') = double('NaN'), double('NaN') > 1e308, 0.0D = -0.0D, date'2024-01-01' < timestamp'2024-01-01 00:00:01';
select make_date(2024, 2, 30);
select first(v), last(v), first(v, true), last(v) ignore nulls, any_value(v) from values (null),(2),(3),(null) t(v);
with a as (select 1 x), b as (select x + 1 y from a) select * from a, b;
select a -- comment ; with semicolon
 , 'x;y' /* c1 /* nested */ */ from values (1) t(a)
