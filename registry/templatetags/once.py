"""{% once %}: the key with which a form is stored once (registry/once.py)."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.once import FIELD, key_for

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context: template.Context) -> SafeString:
    """The hidden input with the key of this page's form."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, key_for(context["request"]))
