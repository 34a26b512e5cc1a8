# instance-types.csv → rows of struct price. The shipped list is plain: no comma and no quote within a field but in
# the last one, which stands in quotes. price_test compares the result with what the reader of people's own lists
# makes of the same file.
1d
/^(#|$)/d
s/^([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*),"([^"]*)"$/{ "\1", "\2", \3, \4, "\5", \6, \7, "\8", "\9", false },/
s/, unknown, ("[0-9-]{10}", ")/, PRICE_UNKNOWN, false, \1/
s/, ~([0-9.]+), ("[0-9-]{10}", ")/, \1, true, \2/
s/, ([0-9.]+), ("[0-9-]{10}", ")/, \1, false, \2/
