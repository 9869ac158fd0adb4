"""What a browser would send from a form as it stands."""

from __future__ import annotations

Typed = dict[str, str | list[str]]


def sent_by(root, id: str = "record") -> Typed:
    """The names and values of the form with this id in a page."""
    sent: Typed = {}
    for one in root.xpath(f"//form[@id='{id}']//*[self::input or self::select]"):
        name = one.get("name")
        if not name or one.xpath("ancestor::template") or one.get("type") in ("submit", "button"):
            continue
        for value in _values(one):
            _add(sent, name, value)
    return sent


def pairs(form: Typed) -> list[tuple[str, str]]:
    """Every name with each of its values."""
    listed = [(name, value if isinstance(value, list) else [value]) for name, value in form.items()]
    return [(name, one) for name, values in listed for one in values]


def _values(field) -> list[str]:
    if field.tag == "select":
        chosen = field.xpath("option[@selected]") or field.xpath("option[1]")
        return [one.get("value", "") for one in chosen[-1:]]
    if field.get("type") in ("radio", "checkbox"):
        return [field.get("value", "on")] if field.get("checked") is not None else []
    return [field.get("value", "")]


def _add(sent: Typed, name: str, value: str) -> None:
    if name in sent:
        before = sent[name]
        sent[name] = [*(before if isinstance(before, list) else [before]), value]
    else:
        sent[name] = value
