# region-rates.csv → rows of struct region_rate; no comma within a field.
1d
/^(#|$)/d
s/^([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)$/{ "\1", "\2", \3, "\4", "\5" },/
