# volume-types.csv → rows of struct volume_price; as instance-types.sed.
1d
/^(#|$)/d
s/^([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),"([^"]*)"$/{ "\1", "\2", \3, \4, \5, \6, \7, "\8", "\9" },/
