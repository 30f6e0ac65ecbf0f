"""A log line tells what happened, and never in the words of what was posted."""

import logging

import pytest
from celery import Celery
from celery.app.trace import build_tracer
from celery.exceptions import Reject

from campaign.logs import PlainFormatter

NAME = "Wilhelmina Quetzal"


@pytest.fixture
def lines():
    """What the root logger's formatter makes of each record."""
    formatter, told = PlainFormatter(), []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(formatter.format(record))
    logging.getLogger().addHandler(handler)
    yield told
    logging.getLogger().removeHandler(handler)


class UnpicklableError(Exception):
    """Celery writes the words of a copy of such a one."""

    def __init__(self, name, _more):
        super().__init__(name)


def trace(error):
    """Let Celery run a task that raises, as its worker does."""
    app = Celery("app-of-a-test", set_as_current=False)

    @app.task(name="campaign.send_mails")
    def fail():
        raise error

    build_tracer(fail.name, fail, app=app)("an-id", (), {}, {"id": "an-id"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError(f"no such name: {NAME}"), "builtins.ValueError"),
        (UnpicklableError(NAME, 1), "celery.utils.serialization.UnpickleableExceptionWrapper"),
        (Reject(NAME), "celery.exceptions.Reject"),
    ],
)
def test_of_a_task_that_fails_celerys_tracer_leaves_its_name_and_the_exceptions_type(lines, error, kind):
    trace(error)
    first, *places = "\n".join(lines).splitlines()
    assert first.split(" ", 1)[1].endswith(f"celery.app.trace Task campaign.send_mails: {kind}")
    assert places[-1] == f"  {kind}"
    assert NAME not in "\n".join(lines)


def fail():
    try:
        raise KeyError(NAME)
    except KeyError as error:
        raise ValueError(f"of {NAME}") from error


@pytest.mark.parametrize(
    ("words", "values"), [("it failed: %s", 1), ("it failed: %(error)s", "mapping"), ("", 0), ("it failed: %r", 1)]
)
def test_an_exception_among_a_records_values_leaves_its_type(lines, words, values):
    log = logging.getLogger("some.library").error
    try:
        fail()
    except ValueError as error:
        log(words or error, *([{"error": error}] if values == "mapping" else [error] * values))
    said = words and "it failed: "
    assert [line.split(" ", 1)[1].replace("'", "") for line in lines] == [
        f"ERROR some.library {said}builtins.ValueError"
    ]


def test_an_exception_that_is_logged_with_its_words_in_the_line_leaves_its_type_and_places(lines):
    try:
        fail()
    except ValueError as error:
        logging.getLogger("some.library").exception(f"it failed: {error!r}, since {error.__cause__}")
    (line,) = lines
    assert "it failed: builtins.ValueError, since builtins.ValueError" in line
    assert line.splitlines()[-1] == "  builtins.KeyError"
    assert NAME not in line


def test_a_line_without_an_exception_is_written_as_it_is(lines):
    logging.getLogger("some.library").error("%d%% of %s", 7, "all")
    logging.getLogger("some.library").error("100%")
    assert [line.split(" ", 1)[1] for line in lines] == [
        "ERROR some.library 7% of all",
        "ERROR some.library 100%",
    ]
