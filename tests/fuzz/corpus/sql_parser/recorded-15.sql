 select exp(0);
select cast('1e3' as double), cast('1e3' as decimal(10,0)), cast(' 12 ' as bigint);
select lpad('7', 3, '0'), rpad('abc', 2, 'x'), lpad('a', 4);
select add_months(date'2024-01-31', 1), add_months('2023-12-15', -10), months_between(timestamp'2024-03-31 12:00:00', timestamp'2024-02-29 00:00:00'), months_between(date'2024-03-31', date'2024-02-29', false);
select from_csv('1,abc', 'a int, b string'), to_csv(named_struct('a', 1, 'b', 'x y')), schema_of_csv('1,a');
select to_date('2024-13-01', 'yyyy-MM-dd');
select percentile(v, 0.5), percentile(v, array(0.25, 0.75)), median(v), percentile_approx(v, 0.5), approx_percentile(v, 0.9, 100) from values (1),(2),(3),(10) t(v);
select a from values (1),(2),(2) t(a) intersect all select a from values (2),(2) u(a);
select a from values (3),(1),(2) t(a) order by a limit 1 offset 1
