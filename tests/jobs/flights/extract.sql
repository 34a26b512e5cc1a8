-- Step 1 of 3, extract: read what was delivered, drop what cannot be right, keep the rest as Parquet.
--
--   input  folder with flights-3m.parquet and airports.csv
--   lake   folder that the three steps write to
--
-- spark-sql -f extract.sql -d input=… -d lake=…

CREATE OR REPLACE TEMPORARY VIEW delivered_flights
USING parquet
OPTIONS (path '${hivevar:input}/flights-3m.parquet');

CREATE OR REPLACE TEMPORARY VIEW delivered_airports (
  iata      STRING,
  name      STRING,
  city      STRING,
  state     STRING,
  country   STRING,
  latitude  DOUBLE,
  longitude DOUBLE
)
USING csv
OPTIONS (path '${hivevar:input}/airports.csv', header 'true', escape '"', mode 'FAILFAST');

-- A delay of more than half a day, or a departure more than an hour early, is a slip in the records.
INSERT OVERWRITE DIRECTORY '${hivevar:lake}/clean/flights'
USING parquet
SELECT
  date                     AS departure,
  CAST(delay AS INT)       AS delay,
  CAST(distance AS INT)    AS distance,
  upper(trim(origin))      AS origin,
  upper(trim(destination)) AS destination
FROM delivered_flights
WHERE date IS NOT NULL
  AND delay BETWEEN -60 AND 720
  AND distance > 0
  AND origin <> destination;

-- The source writes NA for a state it does not know.
INSERT OVERWRITE DIRECTORY '${hivevar:lake}/clean/airports'
USING parquet
SELECT
  iata,
  name,
  nullif(city, 'NA')  AS city,
  nullif(state, 'NA') AS state,
  latitude,
  longitude
FROM delivered_airports
WHERE length(iata) = 3
  AND country = 'USA';
