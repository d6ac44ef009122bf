"""Drives the stand-in with esdbclient, a client that we did not write: python foreign_client.py URI. Prints 'ok' at the end."""

import sys
import uuid

from esdbclient import CaughtUp, Checkpoint, EventStoreDBClient, NewEvent, StreamState
from esdbclient.exceptions import FailedPrecondition, NotFound, StreamIsDeleted, WrongCurrentVersion

client = EventStoreDBClient(uri=sys.argv[1])
stream = f"booking-{uuid.uuid4()}"


def event(number: int, kind: str = "booking.placed.v1") -> NewEvent:
    return NewEvent(type=kind, data=b'{"n":%d}' % number, metadata=b'{"by":"python"}')


def refused(error, action):
    try:
        action()
    except error as caught:
        return caught
    raise AssertionError(f"{error.__name__} was not raised")


before = client.get_commit_position()
assert client.get_current_version(stream) is StreamState.NO_STREAM
refused(NotFound, lambda: client.get_stream(stream))

# One event goes by the unary append, several by the batch append.
first, second, third = event(1), event(2), event(3, "booking.cancelled.v1")
at_first = client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=first)
at_third = client.append_to_stream(stream, current_version=0, events=[second, third])
assert before < at_first < at_third == client.get_commit_position()
assert client.get_current_version(stream) == 2

for events in (event(4), [event(4), event(5)]):
    for wrong in (StreamState.NO_STREAM, 1, 7):
        refused(WrongCurrentVersion, lambda: client.append_to_stream(stream, current_version=wrong, events=events))
refused(
    WrongCurrentVersion,
    lambda: client.append_to_stream(f"stay-{uuid.uuid4()}", current_version=StreamState.EXISTS, events=event(1)),
)

# The same events with the same expectation, or with none, are answered as the first time.
assert client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=first) == at_first
assert client.append_to_stream(stream, current_version=0, events=[second, third]) == at_third
assert client.append_to_stream(stream, current_version=StreamState.ANY, events=[second, third]) == at_third

read = client.get_stream(stream)
assert [e.id for e in read] == [first.id, second.id, third.id]
assert [e.stream_position for e in read] == [0, 1, 2]
assert read[0].data == b'{"n":1}' and read[0].metadata == b'{"by":"python"}' and read[2].type == "booking.cancelled.v1"
assert [e.id for e in client.get_stream(stream, backwards=True, limit=2)] == [third.id, second.id]
assert [e.id for e in client.get_stream(stream, stream_position=1)] == [second.id, third.id]

# Forwards from a position is inclusive, backwards from it exclusive.
assert [e.id for e in client.read_all(commit_position=at_first)] == [first.id, second.id, third.id]
assert [e.id for e in client.read_all(commit_position=at_third, backwards=True, limit=1)] == [second.id]
cancelled = client.read_all(commit_position=at_first, filter_include=[r"booking\.cancelled.*"])
assert [e.id for e in cancelled] == [third.id]

with client.subscribe_to_stream(stream, stream_position=0) as subscription:
    assert [next(subscription).id, next(subscription).id] == [second.id, third.id]
    fourth = event(4)
    client.append_to_stream(stream, current_version=2, events=fourth)
    assert next(subscription).id == fourth.id

others = f"stay-{uuid.uuid4()}"
with client.subscribe_to_all(
    commit_position=at_third,
    filter_include=["stay-.*"],
    filter_by_stream_name=True,
    include_checkpoints=True,
    include_caught_up=True,
    window_size=4,
    checkpoint_interval_multiplier=2,
) as subscription:
    assert isinstance(next(subscription), CaughtUp)
    client.append_to_stream(stream, current_version=StreamState.ANY, events=[event(n) for n in range(10)])
    checkpoint = next(subscription)
    assert isinstance(checkpoint, Checkpoint) and checkpoint.commit_position > at_third
    stay = event(11, "stay.booked.v1")
    client.append_to_stream(others, current_version=StreamState.ANY, events=stay)
    heard = next(subscription)
    assert heard.id == stay.id and heard.commit_position > checkpoint.commit_position

# A deleted stream can be begun anew, after its old revisions; a tombstone is for good.
refused(WrongCurrentVersion, lambda: client.delete_stream(stream, current_version=1))
refused(NotFound, lambda: client.delete_stream(f"stay-{uuid.uuid4()}", current_version=0))
client.delete_stream(stream, current_version=client.get_current_version(stream))
refused(NotFound, lambda: client.get_stream(stream))
client.append_to_stream(stream, current_version=StreamState.NO_STREAM, events=event(12))
assert [e.stream_position for e in client.get_stream(stream)] == [14]
client.set_stream_metadata(others, metadata={"$maxCount": 1})
client.append_to_stream(others, current_version=0, events=event(13))
assert [e.stream_position for e in client.get_stream(others)] == [1]
client.tombstone_stream(others, current_version=1)
refused(StreamIsDeleted, lambda: client.get_stream(others))
# The client knows a deleted stream only from the batch append.
refused(FailedPrecondition, lambda: client.append_to_stream(others, current_version=StreamState.ANY, events=event(14)))
refused(StreamIsDeleted, lambda: client.append_to_stream(others, current_version=StreamState.ANY, events=[event(14)]))

client.close()
print("ok")
