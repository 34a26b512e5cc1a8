 select round(-2.5);
select isnan(double('NaN')), nanvl(double('NaN'), 1.0);
select concat(array(1), array(2, 3));
select startswith('spark', 'sp'), endswith('spark', 'rk'), contains('spark', 'ar');
select array_distinct(array(1, 1, null, null)), array_union(array(1, 2), array(2, 3)), array_intersect(array(1, 2), array(2, 3)), array_except(array(1, 2), array(2)), array_remove(array(1, 2, 1), 1), array_compact(array(1, null, 2)), array_append(array(1), 2), array_prepend(array(1), 0), array_insert(array(1, 3), 2, 2), array_repeat('x', 3), array_join(array('a', null, 'b'), ','), array_join(array('a', null, 'b'), ',', 'NULL');
select 1 / 0;
select k, sum(v) s from values ('a',1),('b',2),('a',3),(null,9) t(k,v) group by k order by k;
select * from values (1,'a'),(2,'b') t(id,v) left anti join values (1) u(id) on t.id = u.id;
select * from explode(array(1,2)) as t(v);
select sum(sum(a)) from values (1) t(a)
