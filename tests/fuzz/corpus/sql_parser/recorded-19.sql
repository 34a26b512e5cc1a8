 select log2(8);
select cast(300 as tinyint);
select 'Hello' like 'H%o', 'a_c' like 'a\\_c', 'abc' like '_b_', 'ABC' ilike 'a%', 'abc' rlike 'B', 'abc' rlike '(?i)B';
select date_trunc('HOUR', timestamp'2024-02-29 13:14:15.6'), date_trunc('quarter', timestamp'2024-08-15'), date_trunc('millisecond', timestamp'2024-02-29 13:14:15.678901');
select equal_null(null, null), assert_true(true), typeof(array(1, 2.5)), typeof(map(1, 'a')), typeof(named_struct('a', 1L)), typeof(if(true, 1, 2.5)), typeof(coalesce(1, 2L)), typeof(1 + 1.5), typeof(1 / 2), typeof(sum(1.5)), typeof(avg(1));
select nosuchfunction(1);
select max_by(a,b), min_by(a,b), mode(a), count_if(a > 1), bool_and(a > 0), every(a > 1), bool_or(a > 3), some(a > 9), bit_and(a), bit_or(a), bit_xor(a) from values (1,9),(2,5),(3,1),(3,2) t(a,b);
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select sum(n) from r;
select 'it''s', "say ""hi""", 'tab\tx', '\u0041', r'raw\n', 'a' 'b'
