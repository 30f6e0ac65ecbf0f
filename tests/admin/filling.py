"""Forms as a browser posts them when nothing was changed."""

from typing import Any

from django.test import Client


def filled_in(client: Client, address: str) -> dict[str, Any]:
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = dict(value for form in forms for field in form for value in _values_of(field))
    return {name: value for name, value in values.items() if value is not None}


def _values_of(field: Any) -> list[tuple[str, Any]]:
    value = field.value()
    if hasattr(field.field.widget, "clear_checkbox_name"):
        return []  # a file is posted when one is chosen only
    if hasattr(field.field.widget, "widgets"):
        parts = field.field.widget.decompress(value)
        return [(f"{field.html_name}_{place}", part) for place, part in enumerate(parts)]
    if isinstance(value, list):
        return [(field.html_name, list(map(str, value)))]
    return [(field.html_name, value)]
