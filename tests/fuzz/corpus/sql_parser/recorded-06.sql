 select round(2.345, 2);
select width_bucket(5.3, 0, 10, 5);
select concat('a', 1, true);
select elt(2, 'a', 'b'), find_in_set('b', 'a,b,c');
select array_contains(array(1, 2), 2), array_contains(array(1, null), 2), array_position(array('a', 'b'), 'b'), arrays_overlap(array(1, 2), array(2, 3)), array_min(array(3, 1, null)), array_max(array(3, 1, null));
select - cast(-128 as tinyint);
select count(distinct a, b), count(distinct a), sum(distinct a) from values (1,1),(1,null),(1,1),(2,3) t(a,b);
select v, lag(v) ignore nulls over (order by i) from values (1,1),(2,null),(3,3) t(i,v) order by i;
select * from range(1, 10, 4);
select a from values (1) t(a) where
