-- The sample ETL (tests/jobs/flights/*.sql) written for the bare kernel: the peer of the ETL benchmark. Same reads,
-- same work, same outputs with the same compression; what Spark's semantics cost is the difference.
SET preserve_insertion_order = false;
SET TimeZone = 'UTC';

-- extract
CREATE OR REPLACE TEMP VIEW delivered_airports AS
SELECT * FROM read_csv('${input}/airports.csv', header = true, auto_detect = false, delim = ',', quote = '"',
  columns = {'iata': 'VARCHAR', 'name': 'VARCHAR', 'city': 'VARCHAR', 'state': 'VARCHAR', 'country': 'VARCHAR',
             'latitude': 'DOUBLE', 'longitude': 'DOUBLE'});

COPY (
  SELECT date AS departure, CAST(delay AS INTEGER) AS delay, CAST(distance AS INTEGER) AS distance,
    upper(trim(origin)) AS origin, upper(trim(destination)) AS destination
  FROM read_parquet('${input}/flights-3m.parquet')
  WHERE date IS NOT NULL AND delay BETWEEN -60 AND 720 AND distance > 0 AND origin <> destination
) TO '${lake}/clean_flights.parquet' (FORMAT parquet, COMPRESSION snappy);

COPY (
  SELECT iata, name, nullif(city, 'NA') AS city, nullif(state, 'NA') AS state, latitude, longitude
  FROM delivered_airports
  WHERE length(iata) = 3 AND country = 'USA'
) TO '${lake}/clean_airports.parquet' (FORMAT parquet, COMPRESSION snappy);

-- transform
COPY (
  WITH airport AS (
    SELECT iata, city, coalesce(state, 'unknown') AS state FROM read_parquet('${lake}/clean_airports.parquet')
  )
  SELECT f.departure, CAST(f.departure AS DATE) AS day, CAST(hour(f.departure) AS INTEGER) AS hour,
    f.origin || '-' || f.destination AS route, f.origin, o.city AS origin_city, o.state AS origin_state,
    f.destination, d.city AS destination_city, d.state AS destination_state, f.distance, f.delay,
    CASE WHEN f.delay <= 0 THEN 'on time' WHEN f.delay <= 15 THEN 'slight' WHEN f.delay <= 60 THEN 'late'
      ELSE 'very late' END AS delay_class
  FROM read_parquet('${lake}/clean_flights.parquet') f
  JOIN airport o ON f.origin = o.iata
  JOIN airport d ON f.destination = d.iata
) TO '${lake}/enriched_flights.parquet' (FORMAT parquet, COMPRESSION snappy);

-- load
COPY (
  WITH by_hour AS (
    SELECT origin_state AS state, CAST(date_trunc('month', day) AS DATE) AS month, hour, count(*) AS flights
    FROM read_parquet('${lake}/enriched_flights.parquet') GROUP BY ALL
  ),
  busiest AS (
    SELECT state, month, hour FROM by_hour
    QUALIFY row_number() OVER (PARTITION BY state, month ORDER BY flights DESC, hour) = 1
  ),
  figures AS (
    SELECT origin_state AS state, CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS flights,
      count(*) FILTER (WHERE delay_class IN ('late', 'very late')) AS late, avg(delay) AS mean_delay,
      max(delay) AS worst_delay
    FROM read_parquet('${lake}/enriched_flights.parquet') GROUP BY 1, 2
  )
  SELECT f.month, f.flights, f.late, CAST(100.0 * f.late / f.flights AS DECIMAL(5, 2)) AS late_share,
    round(f.mean_delay, 2) AS mean_delay, f.worst_delay, b.hour AS busiest_hour, f.state
  FROM figures f JOIN busiest b USING (state, month)
) TO '${lake}/delays_by_state' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (state), OVERWRITE_OR_IGNORE);

SELECT rank() OVER (ORDER BY sum(late) / sum(flights) DESC) AS place, state, sum(flights) AS flights,
  round(100.0 * sum(late) / sum(flights), 2) AS late_percent,
  round(sum(flights * mean_delay) / sum(flights), 1) AS mean_delay, max(worst_delay) AS worst_delay
FROM read_parquet('${lake}/delays_by_state/*/*.parquet', hive_partitioning = true)
WHERE state <> 'unknown'
GROUP BY state
ORDER BY place, state
LIMIT 20;
