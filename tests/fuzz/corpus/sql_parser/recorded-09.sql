 select bround(3.5);
select 1.0 / 3;
select length('héllo'), octet_length('héllo'), bit_length('a'), char_length('ab ');
select url_encode('a b&c'), url_decode('a+b%26c'), parse_url('https://u:p@h.com:8080/a/b?x=1&y=2#f', 'HOST'), parse_url('https://h.com/a?x=1&y=2', 'QUERY', 'y');
select transform(array(1, 2), (x, i) -> x * i), filter(array(1, 2, 3), x -> x % 2 = 1), exists(array(1, null), x -> x > 5), forall(array(2, 4), x -> x % 2 = 0), aggregate(array(1, 2, 3), 0, (a, x) -> a + x, a -> a * 10), zip_with(array(1, 2), array(3), (x, y) -> coalesce(x, 0) + coalesce(y, 0));
select 1.5 / 0.0;
select k, sum(v) s from values ('a',1),('b',2),(null,9) t(k,v) group by k order by k nulls last;
select t.id, u.id from values (1),(2),(null) t(id) full outer join values (2),(3),(null) u(id) on t.id = u.id order by 1 nulls last, 2 nulls last;
select * from values (2023, 1, 5), (2023, 2, 6), (2024, 1, 7) t(y, q, v) pivot (sum(v) for q in (1 as q1, 2 as q2)) order by y;
insert into nosuchtable values (1)
