"""Running the registry: logs, health, metrics, backups, the replica for reports.

`logs` decides what may be written down at all, `requests` writes one line for each request and
counts it, `health` and `metrics` answer the machines that watch, `backups` and `restoring` make
copies that are known to come back, `replica` sends reports to a second server.
"""
