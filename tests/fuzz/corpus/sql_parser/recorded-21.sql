 select hypot(3, 4);
select cast(1.5e300 as float);
select ascii('é'), chr(233), char(65), ascii('');
select date_format(date'2024-02-29', 'E, d MMM yyyy'), date_format(timestamp'2024-02-29 03:04:05.678', 'hh:mm:ss.SSS a'), date_format(timestamp'2024-02-29', "yyyy'Q'q DDD"), date_format(timestamp'2024-02-29 03:04:05', 'XXX VV');
select 'a' || null, 'a' || 1, true || 'x', array(1) || array(2);
select abs('x');
select listagg(k, ',') within group (order by k), string_agg(k) from values ('b'),('a') t(k);
select x, (select max(y) from values (1,10),(1,20),(2,5) u(k,y) where k = x) m from values (1),(2),(3) t(x) order by x;
select case when a > 1 then 'big' when a = 1 then 'one' else 'small' end c, count(*) from values (0),(1),(2),(3) t(a) group by c order by c
