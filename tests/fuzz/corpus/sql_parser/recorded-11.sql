 select greatest(1, 3.5, 2);
select cast(10.5 as decimal(5,1)) * cast(2.25 as decimal(5,2));
select trim('  a b  '), ltrim('xxay', 'x'), rtrim('aXX', 'X'), btrim('xyaxy', 'xy'), trim(leading '0' from '007');
select current_database(), current_catalog(), typeof(current_timestamp()), typeof(uuid());
select named_struct('a', 1, 'b', 'x').b, struct(1, 'a').col2, struct(1 as p, 2 as q);
select array(1, 2)[5];
select k, v, sum(v), grouping_id(k, v) from values ('a',1),('b',2) t(k,v) group by grouping sets ((k),(v),()) order by 4,1,2;
select t.id, x from values (1),(2) t(id), lateral (select t.id * 10 as x) order by 1;
select t.*, 1 as x from values (1, 2) t(a, b);
select 1 union select 1, 2
