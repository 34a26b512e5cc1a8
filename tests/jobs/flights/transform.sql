-- Step 2 of 3, transform: join flights with the airports at both ends; derive route, hour and delay class.
--
--   lake   folder that step 1 wrote to
--
-- spark-sql -f transform.sql -d lake=…

INSERT OVERWRITE DIRECTORY '${hivevar:lake}/enriched/flights'
USING parquet
WITH airport AS (
  SELECT iata, city, coalesce(state, 'unknown') AS state
  FROM parquet.`${hivevar:lake}/clean/airports`
)
SELECT
  f.departure,
  CAST(f.departure AS DATE)                  AS day,
  hour(f.departure)                          AS hour,
  concat(f.origin, '-', f.destination)       AS route,
  f.origin,
  o.city                                     AS origin_city,
  o.state                                    AS origin_state,
  f.destination,
  d.city                                     AS destination_city,
  d.state                                    AS destination_state,
  f.distance,
  f.delay,
  CASE
    WHEN f.delay <= 0  THEN 'on time'
    WHEN f.delay <= 15 THEN 'slight'
    WHEN f.delay <= 60 THEN 'late'
    ELSE 'very late'
  END                                        AS delay_class
FROM parquet.`${hivevar:lake}/clean/flights` f
JOIN airport o ON f.origin = o.iata
JOIN airport d ON f.destination = d.iata;
