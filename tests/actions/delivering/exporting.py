"""What the tests of exports share: an officer's order, the worker's round, the file read back."""

import csv
import io

from campaign.actions.delivering import slices
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import request_export
from campaign.actions.delivering.taking import open_file
from campaign.exports.csv import unescape_cell
from campaign.models import Delivery, Petition, Signatory
from tests.factories import make_signatory

PURPOSE = "For the hearing of 3 May."


def make_delivery(petition: Petition, officer) -> Delivery:
    return request_export(petition, purpose=PURPOSE, by=officer)


def make_people(petition: Petition, number: int) -> list[Signatory]:
    return [make_signatory(petition, name=f"Person {place}") for place in range(1, number + 1)]


def build(delivery: Delivery) -> Delivery:
    build_deliveries()
    delivery.refresh_from_db()
    return delivery


def read(delivery: Delivery, officer) -> list[list[str]]:
    taken = open_file(delivery, by=officer, purpose=PURPOSE)
    raw = b"".join(taken.parts)
    assert len(raw) == taken.size
    return [[unescape_cell(cell) for cell in row] for row in csv.reader(io.StringIO(raw.decode("utf-8-sig")))]


def names(delivery: Delivery, officer) -> list[str]:
    return [row[1] for row in read(delivery, officer)[1:]]


def after_slice(monkeypatch, number: int, happens) -> None:
    """Let something happen once the worker has done `number` slices."""
    move, moved = slices._move_cursor, []

    def move_and_happen(*arguments):
        moved.append(move(*arguments))
        if len(moved) == number:
            happens()
        return moved[-1]

    monkeypatch.setattr(slices, "_move_cursor", move_and_happen)
