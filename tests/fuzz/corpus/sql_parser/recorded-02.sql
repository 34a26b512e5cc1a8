 select sign(-3);
select bin(10), hex(255), hex('abc'), unhex('616263'), conv('100', 2, 10), conv(-10, 10, 16);
select cast(timestamp'1970-01-01 00:00:01.5' as bigint), cast(1.5 as timestamp), cast(86400 as timestamp);
select to_char(1234.5, '9,999.00'), to_number('$1,234.56', '$9,999.99'), try_to_number('x', '9');
select interval '1-2' year to month + interval '3' month, interval '1' day + interval '2' hour, interval 90 minutes, interval '-1 02:03:04' day to second;
select 'x' = 1;
select 2147483647 + 1, cast(127 as tinyint) + cast(1 as tinyint), 1.5 / 0.0, to_date('nope'), 'x' = 1, cast('2024-02-30' as date);
select v, lag(v) over (order by v), lag(v,1,0) over (order by v), lead(v,2) over (order by v), first_value(v) over (order by v), last_value(v) over (order by v), nth_value(v,2) over (order by v rows between unbounded preceding and unbounded following) from values (1),(2),(3) t(v) order by v;
select inline(array(struct(1 as a, 'x' as b), struct(2 as a, 'y' as b)));
select nosuch from values (1) t(a)
