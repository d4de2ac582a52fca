"""Which file is next: jobs that are paid for first, and neither big files nor small ones before all others. Pure."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

BIG_BYTES = 4 * 2**20  # from here on the upload itself takes seconds on a common line


class Lane(StrEnum):
    """A queue of files that wait for the same thing."""

    FETCH = "fetch"  # submitted before: only waiting and fetching are left
    SMALL = "small"
    BIG = "big"


def lane_of(size: int) -> Lane:
    """The lane of a file that must be sent; ``size`` in bytes."""
    return Lane.BIG if size >= BIG_BYTES else Lane.SMALL


@frozen
class Road:
    """What the scheduler sees: which lanes have files that are due, which slots are free, what is under way.

    ``width`` is the number of files that may be sent at a time, ``sending`` how many are, by lane.
    """

    waiting: frozenset[Lane]
    sending_small: int
    sending_big: int
    width: int
    has_job_slot: bool


def next_lane(road: Road) -> Lane | None:
    """The lane to take the next file from, ``None`` if none may go now.

    Fetching comes first: it is paid for, and expires. Of the two others each has half of the slots (big files the
    smaller half, at least one) and takes the other's while that has nothing to send.
    """
    if Lane.FETCH in road.waiting and road.has_job_slot:
        return Lane.FETCH
    if road.sending_small + road.sending_big >= road.width:
        return None
    has_small, has_big = Lane.SMALL in road.waiting, Lane.BIG in road.waiting
    if not (has_small and has_big):
        return Lane.SMALL if has_small else Lane.BIG if has_big else None
    return Lane.BIG if road.sending_big < max(1, road.width // 2) else Lane.SMALL
