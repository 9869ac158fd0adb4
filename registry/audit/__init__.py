"""The trail looked at from outside: is every event what it was, does it explain every row, is it sealed.

`chain` recomputes what the database computed, without its functions; `fold` plays the events of a row
to its present state; `seals` vouches for events with a key that the database does not hold, and `anchor`
writes each seal where the database's administrator cannot; `verify` puts all of it together;
`erasure` takes one subject's values out of the trail without breaking it.
"""
