 select bround(-2.5);
select cast(1 as decimal(10,2)) / 3;
select upper('straße'), lower('ÀB'), initcap('the qUICK-brown fox');
select luhn_check('79927398713'), is_valid_utf8('a');
select map_keys(map('a', 1)), map_values(map('a', 1)), map_entries(map('a', 1)), map_from_arrays(array('a'), array(1)), map_from_entries(array(struct('a', 1))), map_concat(map('a', 1), map('b', 2)), map_contains_key(map('a', 1), 'b'), str_to_map('a=1;b=2', ';', '='), transform_keys(map('a', 1), (k, v) -> upper(k)), transform_values(map('a', 1), (k, v) -> v + 1), map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1), map_zip_with(map('a', 1), map('a', 2), (k, x, y) -> x + y);
select 1D / 0D;
select k, v, sum(v) from values ('a',1),('b',2),('a',3) t(k,v) group by k, v with cube order by 1 nulls last, 2 nulls last, 3;
select t.id, u.id from values (1),(null) t(id) join values (1),(null) u(id) on t.id <=> u.id order by 1;
select * except (b) from values (1, 2, 3) t(a, b, c);
select * from values (1), (2, 3) t(a)
