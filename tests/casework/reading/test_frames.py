"""The parent believes nothing a child says before it has checked it."""

from __future__ import annotations

import json

import pytest

from casework.reading import frames
from casework.reading.frames import FrameError
from tests.casework.reading.papers import encoded, photo

WEBP = encoded(photo((20, 30)), "WEBP")


def test_message_arrives_in_pieces() -> None:
    whole = frames.pack("page", WEBP, WEBP, number=1)
    buffer = bytearray()
    seen = []
    for byte in whole + frames.pack("end"):
        buffer.append(byte)
        while (frame := frames.unpack(buffer)) is not None:
            seen.append(frame)
    assert [message["kind"] for message, _ in seen] == ["page", "end"]
    assert seen[0][1] == [WEBP, WEBP]
    assert buffer == b""


@pytest.mark.parametrize(
    "said",
    [
        b"not json\n",
        b"[1]\n",
        b'{"kind": 3}\n',
        b'{"kind": "page"}\n',
        b'{"kind": "page", "blobs": [1, 1, 1]}\n',
        b'{"kind": "page", "blobs": [-5]}\n',
        b'{"kind": "page", "blobs": [true]}\n',
        b'{"kind": "page", "blobs": [900000000000]}\n',
        b"[" * 4000 + b"\n",
        b"x" * 5000,
    ],
)
def test_message_of_wrong_form_is_refused(said: bytes) -> None:
    with pytest.raises(FrameError):
        frames.unpack(bytearray(said))


@pytest.mark.parametrize(
    ("fields", "blobs"),
    [
        ({"width": 20, "height": 30}, [WEBP]),
        ({"width": 0, "height": 30}, [WEBP, WEBP]),
        ({"width": 20, "height": 10**9}, [WEBP, WEBP]),
        ({"width": "20", "height": 30}, [WEBP, WEBP]),
        ({"width": 20, "height": 30}, [WEBP, b"<html><script>"]),
        ({"width": 20, "height": 30}, [WEBP + b"<script>", WEBP]),
    ],
)
def test_page_that_is_no_picture_is_refused(fields: dict[str, object], blobs: list[bytes]) -> None:
    with pytest.raises(FrameError):
        frames.check_page(json.loads(json.dumps(fields)), blobs)


def test_page_with_two_pictures_passes() -> None:
    frames.check_page({"width": 20, "height": 30}, [WEBP, WEBP])
