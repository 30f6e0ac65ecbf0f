"""What the petition's page says of the officers' key, and how they prove that it opens."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.delivering import canary
from campaign.actions.delivering.canary import PROVE
from campaign.actions.staff.access import RefusedError
from campaign.admin.acts import Act, Outcome, staff_of
from campaign.models import Petition
from campaign.models.petition import DRAFT


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code out of the canary"),
        max_length=40,
        help_text=gettext_lazy("Twelve digits, as `manage.py keys check` shows them."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "inputmode": "numeric"}),
    )


def download_canary(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    headers = {"Content-Disposition": f'attachment; filename="{petition.slug}.canary.json"'}
    return HttpResponse(canary.make_canary(petition), content_type="application/json", headers=headers)


def prove_key(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    if canary.prove_key(petition, words["code"], by=staff_of(request)):
        return _("The key is proven: the officers can open what is sealed to it.")
    raise RefusedError(_("This is not the code that the canary of this key holds. Nothing was changed."))


def has_own_key(petition: Petition) -> bool:
    return petition.is_high_risk and bool(petition.delivery_public_key)


def awaits_proof(petition: Petition) -> bool:
    return has_own_key(petition) and petition.state == DRAFT and not petition.is_key_proven


def describe_key(petition: Petition) -> str:
    """Which key names are sealed to, and whether officers have shown that they can open it."""
    if not has_own_key(petition):
        return "-"
    state = _("proven") if petition.is_key_proven else _("not proven yet")
    return f"{petition.key_fingerprint} ({state})"


ACTS = (
    Act("canary", gettext_lazy("Download the canary"), PROVE, download_canary, has_own_key),
    Act("prove-key", gettext_lazy("Confirm the key"), PROVE, prove_key, awaits_proof, CodeForm,
        gettext_lazy(
            "Download the canary, carry it to the machine that has the key, and open it there with `manage.py keys"
            " check --delivery-key FILE --canary FILE`. Compare the fingerprint, too. Who types the code has shown that"
            " key and passphrase work; before that the petition does not open."
        )),
)  # fmt: skip
