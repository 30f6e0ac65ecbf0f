"""The nouns. What can happen to them is in `campaign.actions`."""

from campaign.models.article import Article, ArticleEdition
from campaign.models.decision import AccessRecord, BulkDecision, Decision
from campaign.models.delivery import Delivery
from campaign.models.mail import MailGate, MailQueue, OutgoingMail
from campaign.models.petition import Petition, PetitionEdition
from campaign.models.signatory import Signatory
from campaign.models.site import Notice, PublicVersion
from campaign.models.update import Update

__all__ = [
    "AccessRecord",
    "Article",
    "ArticleEdition",
    "BulkDecision",
    "Decision",
    "Delivery",
    "MailGate",
    "MailQueue",
    "Notice",
    "OutgoingMail",
    "Petition",
    "PetitionEdition",
    "PublicVersion",
    "Signatory",
    "Update",
]
