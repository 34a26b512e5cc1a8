 select pow(2, 10);
select cast(2147483648 as int);
select 'abc' like all ('a%', '%c'), 'abc' like any ('x%', '%c'), 'abc' not like all ('x%');
select to_date('29/02/2024', 'dd/MM/yyyy'), to_date('2024-02-29 10:00:00'), try_to_date('nope'), to_timestamp('2024-02-29 13.14', 'yyyy-MM-dd HH.mm'), try_to_timestamp('nope');
select monotonically_increasing_id(), spark_partition_id(), input_file_name();
select substring('a');
select approx_count_distinct(v) from (select explode(sequence(1,1000)) v);
select * from values (1),(2),(3) t(x) where x in (select y from values (2),(3) u(y)) and not exists (select 1 from values (3) w(z) where z = x);
select * from values (1, 'x'), (2, null) t(a, b) where b is distinct from 'x'
