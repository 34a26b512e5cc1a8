#!/usr/bin/env python3
"""Fill a journal: copies one ended cluster with one finished step many times over.

    fill_journal.py stoker.db CLUSTERS STEPS

The server must not be running. The rows are copies of what the server wrote itself, so that this file need not
know the schema beyond the keys of its tables.
"""
import sqlite3
import sys

path, clusters, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
db = sqlite3.connect(path)
db.row_factory = sqlite3.Row


def copy(table, row, **changes):
    values = dict(row, **changes)
    db.execute(f"INSERT INTO {table} ({','.join(values)}) VALUES ({','.join('?' * len(values))})",
               list(values.values()))


template = db.execute("SELECT * FROM clusters").fetchone()
groups = db.execute("SELECT * FROM groups WHERE cluster_id = ?", (template["id"],)).fetchall()
instances = db.execute("SELECT * FROM instances WHERE cluster_id = ?", (template["id"],)).fetchall()
step = db.execute("SELECT * FROM steps WHERE cluster_id = ?", (template["id"],)).fetchone()
if not step:
    sys.exit("the journal's first cluster has no step to copy")
each = steps // clusters
for c in range(clusters):
    cid = f"j-BENCH{c:08d}"
    copy("clusters", template, id=cid)
    for g in groups:
        copy("groups", g, cluster_id=cid, id=f"ig-B{c:05d}{g['position']:06d}")
    for n, i in enumerate(instances):
        copy("instances", i, cluster_id=cid, id=f"ci-B{c:05d}{n:06d}", ec2_id=f"i-{c:09x}{n:08x}",
             group_id=f"ig-B{c:05d}{n % len(groups):06d}")
    for s in range(each):
        copy("steps", step, cluster_id=cid, seq=s + 1, id=f"s-B{c:05d}{s:07d}", name=f"step {s}")
db.commit()
print(f"  journal filled: {clusters} clusters, {clusters * each} steps")
