"""Seals: what a key outside the database has vouched for."""

from django.db import models

from registry.labels import Label
from registry.models.naming import named


@named(Label("seal", "封印"), Label("seals", "封印"))
class Seal(models.Model):
    """All events of the transactions from `from_transaction` up to, without, `to_transaction`.

    `digest` is the SHA-256 over their hashes in the order (transaction, id); `mac` the HMAC-SHA-256
    over everything in this row and the mac before it, with a key that the database does not hold.

    Each database server (`cluster`, its system identifier) numbers transactions for itself. Where a
    copy was loaded into another server, a seal that `closes` its epoch vouches for every event
    up to the number `newest_event` that no seal before it does, and a new epoch begins behind it.
    """

    at = models.DateTimeField()
    epoch = models.IntegerField(default=0)
    cluster = models.BigIntegerField()
    closes = models.BooleanField(default=False)
    from_transaction = models.BigIntegerField()
    to_transaction = models.BigIntegerField()
    events = models.BigIntegerField()
    newest_event = models.BigIntegerField()
    digest = models.BinaryField()
    previous_mac = models.BinaryField(null=True)
    mac = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["epoch", "from_transaction"], name="seals_never_overlap"),
            models.UniqueConstraint(
                fields=["previous_mac"], nulls_distinct=False, name="seals_are_one_chain"
            ),
        ]
