"""The nouns. What can happen to them is in `campaign.actions`."""

from campaign.models.article import Article, ArticleEdition
from campaign.models.decision import AccessRecord, AccessReview, BulkDecision, Decision, ReasonClass
from campaign.models.delivery import Addressee, Delivery
from campaign.models.handover import DeliveredSlice, Handover, StrikingNotice
from campaign.models.journal import ErasureJournal
from campaign.models.log import LogEntry, PetitionLog
from campaign.models.mail import MailGate, MailQueue, OutgoingMail
from campaign.models.petition import GoalMeaning, Petition, PetitionEdition
from campaign.models.proof import SpentProof
from campaign.models.provider import RiskyProvider
from campaign.models.receipt import Receipt
from campaign.models.signatory import Signatory
from campaign.models.site import Notice, PublicVersion
from campaign.models.tally import Tally
from campaign.models.update import Mailing, Update
from campaign.models.word import ListedWord

__all__ = [
    "AccessRecord",
    "AccessReview",
    "Addressee",
    "Article",
    "ArticleEdition",
    "BulkDecision",
    "Decision",
    "DeliveredSlice",
    "Delivery",
    "ErasureJournal",
    "GoalMeaning",
    "Handover",
    "ListedWord",
    "LogEntry",
    "MailGate",
    "MailQueue",
    "Mailing",
    "Notice",
    "OutgoingMail",
    "Petition",
    "PetitionEdition",
    "PetitionLog",
    "PublicVersion",
    "ReasonClass",
    "Receipt",
    "RiskyProvider",
    "Signatory",
    "SpentProof",
    "StrikingNotice",
    "Tally",
    "Update",
]
