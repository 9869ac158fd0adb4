"""What the database itself holds, whoever connects: the trail, the locks, who sees which rows.

`trail` records every change and refuses what must never happen, `isolation` shows each person
the rows of their centres only, `roles` grants the application's role what it needs and no more.
All of it is laid anew by the owner of the tables after every migration, so that a new table
cannot be forgotten, and compared with the code by `differences`, so that nothing is switched
off unseen.
"""

from registry.guard.fingerprint import differences, fingerprint_ok
from registry.guard.install import install
from registry.guard.tables import unwatched, watched_tables

__all__ = ["differences", "fingerprint_ok", "install", "unwatched", "watched_tables"]
