 select cbrt(27);
select cast('12.345' as decimal(10,2));
select replace('aXbX', 'X', ''), replace('abc', 'b'), translate('abcba', 'ab', 'x');
select datediff(date'2024-03-01', date'2024-02-28'), date_diff('2024-03-01', '2024-02-01');
select get_json_object('{"a":{"b":[1,2,{"c":"x"}]}}', '$.a.b[2].c'), get_json_object('{"a":1}', '$.z'), get_json_object('{"a":{"b":1}}', '$.a'), json_array_length('[1,2,3]'), json_object_keys('{"a":1,"b":2}'), schema_of_json('{"a":1,"b":[{"c":1.5}]}');
select map('a', 1)['z'];
select k, count(*) c from values ('a'),('b'),('a') t(k) group by k having c > 1;
select a from values (1),(2),(2) t(a) union all select 2.5 order by 1;
select a from values (3),(1),(2) t(a) order by a desc limit 2
