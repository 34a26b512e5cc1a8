 select ln(1);
select cast('true' as boolean), cast('t' as boolean), cast('0' as boolean), cast('n' as boolean);
select repeat('ab', 3), reverse('abc'), space(3) || '|';
select year(date'2024-02-29'), quarter(date'2024-05-01'), month(date'2024-02-29'), day(date'2024-02-29'), dayofmonth(date'2024-02-29'), dayofyear(date'2024-12-31'), weekofyear(date'2024-12-30'), dayofweek(date'2024-02-29'), weekday(date'2024-02-29'), dayname(date'2024-02-29'), monthname(date'2024-02-29');
select coalesce(null, 2), nvl(null, 'x'), nvl2(null, 1, 2), nullif(1, 1), nullif(1, 2), ifnull(null, 0), if(cast(null as boolean), 1, 2), case when cast(null as boolean) then 1 end, zeroifnull(null), nullifzero(0), decode(2, 1, 'a', 2, 'b', 'z'), decode(9, 1, 'a');
select to_timestamp('garbage');
select stddev(v), stddev_pop(v), variance(v), var_pop(v), skewness(v), kurtosis(v) from values (1),(2),(4) t(v);
select a from values (1),(2),(2) t(a) except all select a from values (2) u(a) order by 1;
select A, B from values (1, 2) t(a, b) order by T.A
