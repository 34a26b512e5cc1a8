-- Step 3 of 3, load: figures by state and month as a table partitioned by state, and the 20 states that wait longest.
--
--   lake   folder that step 2 wrote to
--
-- spark-sql -f load.sql -d lake=…

DROP TABLE IF EXISTS delays_by_state;

CREATE TABLE delays_by_state (
  month       DATE          COMMENT 'first day of the month',
  flights     BIGINT,
  late        BIGINT        COMMENT 'more than 15 minutes',
  late_share  DECIMAL(5, 2) COMMENT 'percent',
  mean_delay  DOUBLE        COMMENT 'minutes',
  worst_delay INT           COMMENT 'minutes',
  busiest_hour INT,
  state       STRING        COMMENT 'of the airport of departure'
)
USING parquet
PARTITIONED BY (state)
LOCATION '${hivevar:lake}/delays_by_state';

WITH by_hour AS (
  SELECT origin_state AS state, trunc(day, 'MM') AS month, hour, count(*) AS flights
  FROM parquet.`${hivevar:lake}/enriched/flights`
  GROUP BY origin_state, trunc(day, 'MM'), hour
),
busiest AS (
  SELECT state, month, hour
  FROM (
    SELECT *, row_number() OVER (PARTITION BY state, month ORDER BY flights DESC, hour) AS place
    FROM by_hour
  )
  WHERE place = 1
),
figures AS (
  SELECT
    origin_state                                             AS state,
    trunc(day, 'MM')                                         AS month,
    count(*)                                                 AS flights,
    count(*) FILTER (WHERE delay_class IN ('late', 'very late')) AS late,
    avg(delay)                                               AS mean_delay,
    max(delay)                                               AS worst_delay
  FROM parquet.`${hivevar:lake}/enriched/flights`
  GROUP BY 1, 2
)
INSERT OVERWRITE TABLE delays_by_state PARTITION (state)
SELECT
  f.month,
  f.flights,
  f.late,
  CAST(100 * f.late / CAST(f.flights AS DECIMAL(20, 0)) AS DECIMAL(5, 2)) AS late_share,
  round(f.mean_delay, 2)                                                  AS mean_delay,
  f.worst_delay,
  b.hour                                                                  AS busiest_hour,
  f.state
FROM figures f
JOIN busiest b USING (state, month);

SELECT
  rank() OVER (ORDER BY sum(late) / sum(flights) DESC) AS place,
  state,
  sum(flights)                                         AS flights,
  round(100.0 * sum(late) / sum(flights), 2)           AS late_percent,
  round(sum(flights * mean_delay) / sum(flights), 1)   AS mean_delay,
  max(worst_delay)                                     AS worst_delay
FROM delays_by_state
WHERE state <> 'unknown'
GROUP BY state
ORDER BY place, state
LIMIT 20;
