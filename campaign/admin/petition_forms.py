"""The petition's form and those of its demands: what may change when."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.translation import gettext_lazy as _

from campaign.admin.editions import EditionForm
from campaign.models import GoalMeaning, Petition, PetitionEdition
from campaign.models.petition import COLUMNS, default_goal_steps


class GoalsField(forms.CharField):
    """Goals as people write them: 100, 500, 1000."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        words = str(super().to_python(value)).replace(",", " ").split()
        if not all(word.isascii() and word.isdecimal() for word in words):
            raise forms.ValidationError(_("Give the goals as whole numbers, such as 100, 500, 1000."))
        return [int(word) for word in words]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != data


class LabelledDateTime(AdminSplitDateTime):
    """Django's two fields for a time, each with a label that a screen reader finds."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, label in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            widget.attrs["aria-label"] = label


class PetitionForm(forms.ModelForm):
    goal_steps = GoalsField(
        label=_("Goals"),
        initial=default_goal_steps,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("Whole numbers, each larger than the one before. The page shows the next one."),
    )

    class Meta:
        model = Petition
        fields = (
            "slug", "mode", "delivery_public_key", "default_visibility", "names_wait", "goal_steps", "opens_at",
            "closes_at", "destroy_on",
        )  # fmt: skip
        widgets = {
            "mode": forms.RadioSelect,
            "delivery_public_key": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4, "spellcheck": "false"}),
        }
        help_texts = {
            "slug": _("Part of the address, which browsers keep. High-risk: choose one that names no cause."),
            "mode": _(
                "In high-risk mode names are sealed to a key that you make offline and that this server never holds."
                " What you lose: staff see no names at all, not on a signature's page either; neither names nor email"
                " addresses can be searched for; names cannot be moderated, nor shown to the public, be it by initials;"
                " signatories get no receipts; the count moves once an hour; exports are opened only offline, on the"
                " machine that has the key. If key or passphrase is lost, all names are lost. The mode is chosen for"
                " good: it cannot change once the petition was opened."
            ),
            "delivery_public_key": _(
                "High-risk petitions only: the public half, as `manage.py keys new --delivery-key FILE` writes it"
                " offline into FILE.public. Compare the fingerprint with what it shows."
            ),
            "default_visibility": _("What the form has chosen beforehand. Each signatory may choose otherwise."),
            "closes_at": _("What was signed before may be confirmed for 7 days more."),
        }

    def clean_delivery_public_key(self) -> str:
        """Pasted out of a mail or a narrow window, a key comes in several lines."""
        return "".join(self.cleaned_data["delivery_public_key"].split())

    def clean_destroy_on(self) -> Any:
        """The public date is a promise to those who signed: it may come earlier, never later."""
        day, promised = self.cleaned_data["destroy_on"], self.initial.get("destroy_on")
        is_promised = promised is not None and self.instance.state != Petition.State.DRAFT
        if is_promised and (day is None or day > promised):
            raise forms.ValidationError(
                _("Those who signed were promised %(day)s: it may be earlier, not later.") % {"day": promised}
            )
        return day


class DemandForm(EditionForm):
    """A demand that nobody has signed yet."""

    delivered_columns = forms.MultipleChoiceField(
        label=_("Delivered columns"),
        choices=list(COLUMNS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(COLUMNS),
        help_text=_("What the addressee gets of each signature; the consent sentence names it."),
    )

    class Meta:
        model = PetitionEdition
        fields = ("language", "title", "addressee", "demand", "delivered_columns", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.version > 1 and not cleaned.get("reason"):
            self.add_error("reason", _("Say what changed, and why: it is shown beside the new version."))
        return cleaned


class MeaningForm(EditionForm):
    class Meta:
        model = GoalMeaning
        fields = ("goal", "language", "meaning")
        widgets = {"meaning": forms.TextInput(attrs={"size": 70})}
