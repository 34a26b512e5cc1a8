create or replace temp view v (a int comment 'x') using csv options (path '${a}/x.csv', header true, 'sep' = ';');
create global temporary view g as select 1 as a;
create table if not exists t (a int not null, b string comment 'c', c decimal(10,2) default 0) using parquet partitioned by (b) location 's3://x/y' comment 'k' tblproperties ('p' = 'q');
create table u stored as parquet as select * from t;
insert overwrite table t partition (b = 'x', c) if not exists select a from u;
insert into t (a, b) values (1, 'x'), (2, null);
insert overwrite local directory '/tmp/x' using csv options (header = true) select * from t;
with q as (select 1) insert into t select * from q;
drop table if exists t purge; drop view v; show tables in db like 'x*'; describe extended db.t; describe function upper;
explain formatted select 1; use db; create database if not exists d comment 'x' location '/y'; truncate table t partition (b = 1);
cache lazy table t as select 1; uncache table if exists t; msck repair table t; analyze table t compute statistics for all columns; refresh table t;
alter table t add if not exists partition (b = 'x') location '/z'; alter table t rename to u; set spark.sql.ansi.enabled = false; set; reset a.b
