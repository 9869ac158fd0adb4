"""The wording of models and of their plain Django fields, kept out of the migrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import models
from django.utils.functional import lazystr

from registry.labels import Label

COMMON = {
    "patient": Label("Patient", "患者"),
    "op_no": Label("Operation number", "手术序号"),
}

# Tables that came with packages, as the history names them.
OTHERS = {
    "auth_user_groups": Label("group of a user", "用户所属权限组"),
    "auth_user_user_permissions": Label("permission of a user", "用户权限"),
    "auth_group_permissions": Label("permission of a group", "权限组的权限"),
    "account_emailaddress": Label("e-mail address", "电子邮箱地址"),
    "account_emailconfirmation": Label("confirmation of an e-mail address", "电子邮箱验证"),
    "mfa_authenticator": Label("second factor", "第二验证因素"),
    "socialaccount_socialaccount": Label("account of the hospital", "医院账号"),
    "socialaccount_socialapp": Label("login service of the hospital", "医院登录服务"),
    "socialaccount_socialtoken": Label("token of the hospital’s login", "医院登录令牌"),
}


def name_others(found: Iterable[type[models.Model]]) -> None:
    """Name the tables of packages in both languages; their migrations do not see it."""
    for model in found:
        if label := OTHERS.get(model._meta.db_table):
            model._meta.verbose_name = lazystr(label)


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
