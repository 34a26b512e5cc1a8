 select log(2, 8);
select cast('maybe' as boolean);
select split('a1b22c', '[0-9]+'), split('a,b,,', ','), split('a,b,c', ',', 2), split_part('a.b.c', '.', 2), split_part('a.b.c', '.', -1);
select hour(timestamp'2024-02-29 13:14:15.6'), minute(timestamp'2024-02-29 13:14:15.6'), second(timestamp'2024-02-29 13:14:15.6'), extract(second from timestamp'2024-02-29 13:14:15.678'), extract(week from date'2024-02-29'), extract(yearofweek from date'2024-12-30'), extract(dayofweek from date'2024-02-29'), extract(doy from date'2024-02-29'), date_part('epoch', timestamp'1970-01-02');
select null = null, null <=> null, 1 <=> null, null and false, null or true, not null, 1 in (2, null), 1 not in (2, 3), null is null, 1 between 0 and null;
select date'2024-02-30';
select corr(a,b), covar_pop(a,b), covar_samp(a,b), regr_slope(a,b), regr_r2(a,b), regr_intercept(a,b), regr_count(a,b) from values (1,2),(2,3),(4,9) t(a,b);
select a from values (1),(2) t(a) minus select 1;
select `a b` from values (1) t(`a b`)
