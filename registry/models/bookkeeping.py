"""What is kept about answers rather than as answers: remarks, and the history of changes."""

import json
from decimal import Decimal

from django.db import models

from registry import codes
from registry.labels import Label
from registry.masking import MaskedChange
from registry.models.naming import named
from registry.models.patient import ClinicalRow
from registry.scoping import ScopedChanges


class ExactDecoder(json.JSONDecoder):
    """Numbers with decimals stay what the database stored, never binary fractions."""

    def __init__(self, **options):
        super().__init__(**(options | {"parse_float": Decimal}))


@named(Label("remark on an answer", "答案备注"), Label("remarks on answers", "答案备注"))
class Remark(ClinicalRow):
    """What deviates from a plain answer: a missing-value reason, a text as it was typed,
    an unlikely value that somebody confirmed. A plain answer has no remark."""

    MISSING, AS_TYPED, CONFIRMED = "missing", "as_typed", "confirmed"
    KINDS = {
        MISSING: Label("why it is missing", "缺失原因"),
        AS_TYPED: Label("as typed", "录入原文"),
        CONFIRMED: Label("confirmed as correct", "已确认无误"),
    }

    table = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    content = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "row_id", "field", "kind", "content"], name="a_remark_stands_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.field}: {self.shown}"

    @property
    def shown(self) -> Label:
        """The remark in words."""
        if self.kind == self.MISSING:
            return codes.MISSING.label_of(self.content)
        plain = self.content.rsplit(":", 1)[-1] if self.kind == self.CONFIRMED else self.content
        return Label(plain, plain)


@named(Label("change", "修改记录"), Label("history of changes", "修改历史"))
class Change(MaskedChange, models.Model):
    """One row inserted, updated or deleted, written by the database itself (registry/guard/trail.py).

    `changes` maps each column to [old, new]. Whoever wrote it, by form, import, shell or
    plain SQL, is in `actor` (the person, where the application knew) and `database_user`;
    `channel` is the way, empty for plain SQL. `digest` is of the salted `changes`, `hash` of
    everything else with the digest and the hash of the row's event before: content can be
    redacted by law without breaking the chain.
    """

    at = models.DateTimeField()
    table_name = models.CharField(max_length=60, db_collation="C")
    row_id = models.BigIntegerField()
    patient_id = models.BigIntegerField(null=True)
    centre_id = models.BigIntegerField(null=True)
    operation = models.CharField(max_length=6)
    changes = models.JSONField(decoder=ExactDecoder)
    actor = models.CharField(max_length=150, null=True)
    reason = models.TextField(null=True)
    channel = models.CharField(max_length=20, null=True)
    request_id = models.CharField(max_length=40, null=True)
    database_user = models.CharField(max_length=63)
    transaction_id = models.BigIntegerField()
    salt = models.UUIDField(null=True)
    digest = models.BinaryField(default=b"")
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField(default=b"")

    objects = ScopedChanges()

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "id"], name="change_by_patient"),
            models.Index(fields=["centre_id", "id"], name="change_by_centre"),
            models.Index(fields=["transaction_id", "id"], name="change_by_transaction"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["table_name", "row_id", "id"], name="change_by_row"),
            models.UniqueConstraint(
                fields=["table_name", "row_id", "previous_hash"],
                nulls_distinct=False,
                name="a_chain_never_forks",
            ),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_id}"

    @property
    def who(self) -> str:
        """The person, or the database role where no person is known."""
        return self.actor or f"db:{self.database_user}"
