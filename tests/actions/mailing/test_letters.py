"""The header of a mail, as bytes on their way."""

from email import message_from_bytes, policy

import pytest

from campaign.actions.mailing.letters import Letter

LONG = "서명을 확인해 주십시오: 탈북민 강제북송을 막아 주십시오, 그리고 더 길게 이어지는 제목도 읽을 수 있어야 합니다"


@pytest.mark.parametrize(
    "subject",
    [
        "Confirm",
        "Please confirm your signature: Stop the forced repatriation of North Korean refugees",
        "请确认您的签名：制止强制遣返朝鲜难民",
        LONG,
        "a" * 120 + " ü" + "b" * 90,
    ],
)
def test_a_subject_starts_in_its_first_line_and_no_line_is_too_long(subject):
    letter = Letter(subject, "Text.", "petitions@example.org", ["a@example.org"])
    letter.attach_alternative("<p>Text.</p>", "text/html")
    sent = letter.message().as_bytes()
    lines = sent.split(b"\n\n")[0].split(b"\n")
    (start,) = [line for line in lines if line.startswith(b"Subject:")]
    assert start.removeprefix(b"Subject:").strip() != b""
    assert [line for line in lines if len(line) > 78] == []
    assert message_from_bytes(sent, policy=policy.default)["Subject"] == subject
