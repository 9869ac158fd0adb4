"""{% once %}: the key with which a form is stored once (registry/once.py)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.once import FIELD, new_key

register = template.Library()


@register.simple_tag
def once(key: str = "") -> SafeString:
    """The hidden input with a key of this form's own; `key` is one that the form had before."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, key or new_key())
