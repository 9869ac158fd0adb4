"""The wording of models and of their plain Django fields, kept out of the migrations."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.utils.functional import lazystr

from registry.labels import Label

COMMON = {
    "patient": Label("Patient", "患者"),
    "op_no": Label("Operation number", "手术序号"),
}


def named(
    singular: Label, plural: Label, **fields: Label
) -> Callable[[type[models.Model]], type[models.Model]]:
    """Give a model, and those of its fields that carry no label of their own, their names."""

    def name(model: type[models.Model]) -> type[models.Model]:
        model._meta.verbose_name = lazystr(singular)
        model._meta.verbose_name_plural = lazystr(plural)
        for field in model._meta.local_fields:
            label = (COMMON | fields).get(field.name)
            if label:
                field.verbose_name = lazystr(label)
        return model

    return name
