 select round(1234, -2);
select try_add(2147483647, 1), try_subtract(1, 2), try_multiply(2, 3), try_divide(1, 0);
select concat_ws(',', 'a', null, 'b', array('c', null, 'd'));
select mask('Ab-12'), mask('Ab-12', 'U', 'l', '#');
select sort_array(array(3, null, 1)), sort_array(array(3, null, 1), false), array_sort(array(3, null, 1)), slice(array(1, 2, 3, 4), 2, 2), slice(array(1, 2, 3, 4), -2, 2), flatten(array(array(1), array(2, 3))), reverse(array(1, 2)), arrays_zip(array(1, 2), array('a', 'b')), array_sort(array('bb', 'a'), (x, y) -> length(x) - length(y));
select 1 % 0;
select k, sum(v) s from values ('a',1),('b',2),(null,9) t(k,v) group by k order by k desc;
select * from (select 1 id, 'x' a) natural join (select 1 id, 'y' b);
select * from values ('a', 1, 10), ('b', 2, 20) t(k, x, y) unpivot (v for name in (x, y)) order by k, name;
select a from values (1) t(a), values (2) u(a)
