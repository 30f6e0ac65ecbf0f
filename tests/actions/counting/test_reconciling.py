"""Every night the counts are held against the logs, and the logs against the signatures."""

import pytest

from campaign.actions.counting import log
from campaign.actions.counting.log import tend_logs
from campaign.actions.counting.reconciling import reconcile_counts
from campaign.models import Notice, Petition, PetitionLog, Signatory
from tests.factories import make_petition, make_signatory
from tests.outsider import count_of, published


def shown(petition):
    return Petition.objects.get(pk=petition.pk).signature_count


def test_a_wrong_count_is_found_mended_and_told(petition, caplog):
    make_signatory(petition)
    tend_logs()
    Petition.objects.update(signature_count=99)
    assert reconcile_counts() == 1
    assert shown(petition) == 1
    notice = Notice.objects.get()
    assert (notice.kind, notice.level) == ("count-mended", "error")
    assert notice.details == {"petition": "let-them-choose", "was": 99, "now": 1}
    assert "let-them-choose was 99 and is 1" in caplog.text
    assert reconcile_counts() == 0


def test_a_count_without_a_log_is_none(petition):
    Petition.objects.update(signature_count=99)
    assert reconcile_counts() == 1
    assert shown(petition) == 0


def test_wrong_totals_of_a_log_are_mended_before_they_are_shown(petition):
    row = make_signatory(petition)
    tend_logs()
    PetitionLog.objects.update(added=90, withdrawn=3)
    assert reconcile_counts() == 0
    assert not Notice.objects.exists()
    Signatory.objects.filter(pk=row.pk).move("reject")
    tend_logs()
    assert shown(petition) == count_of(published(petition)) == 0


@pytest.mark.parametrize("state", ["pending", "confirmed"])
def test_what_is_not_yet_in_the_log_is_no_error(petition, state):
    make_signatory(petition)
    tend_logs()
    make_signatory(petition, state=state)
    assert reconcile_counts() == 0
    assert not Notice.objects.exists()


def test_what_is_not_yet_published_is_not_counted(petition, monkeypatch):
    make_signatory(petition)
    tend_logs()
    make_signatory(petition)
    with monkeypatch.context() as patch:
        patch.setattr(log, "_publish", lambda *_args: None)
        tend_logs()
    assert PetitionLog.objects.get().count == 2
    assert reconcile_counts() == 0
    assert shown(petition) == 1


def test_signatures_that_stand_in_no_log_are_told(petition, caplog):
    make_signatory(petition)
    tend_logs()
    Signatory.objects.all().erase("withdraw")
    Signatory.objects.update(entry_index=None)
    assert reconcile_counts() == 0
    notice = Notice.objects.get()
    assert (notice.kind, notice.details) == ("log-differs", {"petition": "let-them-choose", "log": 1, "rows": 0})
    assert "counts 1, and 0 signatures stand in it" in caplog.text


def test_each_petition_is_held_against_its_own_log(db):
    one, other = make_petition(), make_petition("other")
    for petition in (one, one, other):
        make_signatory(petition)
    tend_logs()
    Petition.objects.update(signature_count=5)
    assert reconcile_counts() == 2
    assert (shown(one), shown(other)) == (2, 1)
