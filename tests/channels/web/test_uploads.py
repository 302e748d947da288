"""Files that come piece by piece: what tus 1.0 asks for, what a hostile value does, what is kept."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import filestore
from casework.envelope import BytesDiffer
from casework.models import Chunk, Event, StoredFile
from channels import drafts, incoming
from channels.models import Draft, DraftFile, IncomingFile
from channels.web import adapter
from channels.web.adapter import CLAIMANT
from tests import cast, files
from tests.channels.web.walking import ANSWERS, at, begin, file, text

pytestmark = pytest.mark.django_db
PAPER = "unterlagen/payslip/"
KIB = 1024
PHOTO = bytes(range(256)) * 400  # 100 KiB


@pytest.fixture
def draft(client: Client) -> Draft:
    return begin(client)


def b64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def create(
    client: Client,
    draft: Draft,
    data: bytes = PHOTO,
    name: str = "a.jpg",
    announced: str | None = None,
    more: dict[str, str] | None = None,
) -> Any:
    told = f"filename {b64(name)}"
    if announced is not None:
        told += f",sha256 {b64(announced)}"
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(data)),
        "Upload-Metadata": told,
        **(more or {}),
    }
    return client.post(at(draft, f"{PAPER}hochladen/"), headers=headers)


def patch(client: Client, address: str, offset: int, data: bytes, checksum: str = "", **more: str) -> Any:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **more}
    if checksum:
        headers["Upload-Checksum"] = checksum
    return client.patch(address, data, content_type="application/offset+octet-stream", headers=headers)


def head(client: Client, address: str) -> Any:
    return client.head(address, headers={"Tus-Resumable": "1.0.0"})


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def test_a_file_in_pieces_becomes_a_file_of_its_paper(client: Client, draft: Draft) -> None:
    made = create(client, draft, announced=sha256(PHOTO))
    assert made.status_code == 201
    assert made["Upload-Offset"] == "0"
    address = made["Location"]
    assert DraftFile.objects.count() == 0
    for offset in range(0, len(PHOTO), 40 * KIB):
        piece = PHOTO[offset : offset + 40 * KIB]
        answer = patch(client, address, offset, piece, checksum(piece))
        assert answer.status_code == 204
        assert answer["Upload-Offset"] == head(client, address)["Upload-Offset"] == str(offset + len(piece))
        assert answer["Tus-Resumable"] == "1.0.0"
    kept = DraftFile.objects.get()
    assert b"".join(filestore.read(kept.file)) == PHOTO
    assert (kept.file.name, kept.file.size, kept.file.sha256) == ("a.jpg", len(PHOTO), sha256(PHOTO))
    assert kept.announced == sha256(PHOTO)
    assert Event.objects.filter(kind="file_kept", file=kept.file.pk).count() == 1
    assert "a.jpg" in text(client.get(at(draft, PAPER)))


def test_what_can_be_done_is_said_without_a_version(client: Client, draft: Draft) -> None:
    answer = client.options(at(draft, f"{PAPER}hochladen/"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert answer["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert answer["Tus-Max-Size"] == str(60 * KIB * KIB)


def test_another_version_is_refused_and_ours_named(client: Client, draft: Draft) -> None:
    answer = create(client, draft, more={"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert not IncomingFile.objects.exists()


def test_a_piece_at_the_wrong_place_is_not_written_and_the_right_place_is_said(
    client: Client, draft: Draft
) -> None:
    address = create(client, draft)["Location"]
    patch(client, address, 0, PHOTO[: 32 * KIB])
    for offset in (0, 16 * KIB, 33 * KIB):  # Chromium repeats a PATCH by itself after a reset
        answer = patch(client, address, offset, PHOTO[offset : offset + 16 * KIB])
        assert (answer.status_code, answer["Upload-Offset"]) == (409, str(32 * KIB))
    assert StoredFile.objects.get().size == 32 * KIB
    assert Chunk.objects.count() == 1


def test_more_bytes_than_announced_are_not_taken(client: Client, draft: Draft) -> None:
    address = create(client, draft, PHOTO[:100])["Location"]
    assert patch(client, address, 0, PHOTO[:101]).status_code == 413
    assert StoredFile.objects.get().size == 0


def test_a_piece_with_a_wrong_checksum_is_dropped_as_a_whole(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    piece = PHOTO[: 20 * KIB]
    assert patch(client, address, 0, piece, checksum(piece[::-1])).status_code == 460
    assert head(client, address)["Upload-Offset"] == "0"
    assert patch(client, address, 0, piece, checksum(piece, "sha1")).status_code == 204


@pytest.mark.parametrize("given", ["md5 AAAA", "sha256", "sha256 !", "", "sha256 AAAA"])
def test_a_checksum_that_cannot_be_checked_is_refused(client: Client, draft: Draft, given: str) -> None:
    address = create(client, draft)["Location"]
    answer = patch(client, address, 0, PHOTO, **{"Upload-Checksum": given})
    assert answer.status_code in (400, 460)
    assert StoredFile.objects.get().size == 0


def test_a_whole_file_that_differs_from_what_the_browser_hashed_begins_again(
    client: Client, draft: Draft
) -> None:
    address = create(client, draft, announced=sha256(b"something else"))["Location"]
    answer = patch(client, address, 0, PHOTO)
    assert (answer.status_code, answer["Upload-Offset"]) == (460, "0")
    assert head(client, address)["Upload-Offset"] == "0"
    assert not DraftFile.objects.exists()
    assert not Chunk.objects.exists()


def test_no_receipt_if_the_bytes_are_not_those_the_browser_hashed(client: Client, draft: Draft) -> None:
    address = create(client, draft, announced=sha256(PHOTO))["Location"]
    patch(client, address, 0, PHOTO)
    DraftFile.objects.update(announced=sha256(b"another"))
    with pytest.raises(BytesDiffer):
        adapter.submit(draft)
    draft.refresh_from_db()
    assert draft.sent_at is None


def test_the_same_file_announced_again_goes_on_where_it_was(client: Client, draft: Draft) -> None:
    """The answer to the first try may have been lost, or another device has the same photo."""
    first = create(client, draft, announced=sha256(PHOTO))["Location"]
    patch(client, first, 0, PHOTO[: 40 * KIB])
    again = create(client, draft, announced=sha256(PHOTO))
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, first, str(40 * KIB))
    patch(client, first, 40 * KIB, PHOTO[40 * KIB :])
    done = create(client, draft, announced=sha256(PHOTO))
    assert done["Upload-Offset"] == str(len(PHOTO))
    assert DraftFile.objects.count() == StoredFile.objects.count() == 1


def test_a_file_the_paper_has_already_is_complete_at_once(client: Client, draft: Draft) -> None:
    client.post(at(draft, PAPER), {"files": [file("a.jpg", PHOTO)]})
    answer = create(client, draft, announced=sha256(PHOTO))
    assert answer["Upload-Offset"] == str(len(PHOTO))
    assert head(client, answer["Location"])["Upload-Offset"] == str(len(PHOTO))
    assert DraftFile.objects.count() == StoredFile.objects.count() == 1


def test_the_same_bytes_twice_without_a_hash_are_kept_once(client: Client, draft: Draft) -> None:
    for _ in range(2):
        address = create(client, draft)["Location"]
        assert patch(client, address, 0, PHOTO).status_code == 204
        assert head(client, address)["Upload-Offset"] == str(len(PHOTO))
    assert DraftFile.objects.count() == StoredFile.objects.count() == 1


def test_the_plain_form_takes_the_place_of_what_came_halfway(client: Client, draft: Draft) -> None:
    address = create(client, draft, announced=sha256(PHOTO))["Location"]
    patch(client, address, 0, PHOTO[: 40 * KIB])
    client.post(at(draft, PAPER), {"files": [file("a.jpg", PHOTO)]})
    assert head(client, address).status_code == 404
    assert DraftFile.objects.count() == StoredFile.objects.count() == 1


def test_an_empty_file_is_complete_when_it_is_announced(client: Client, draft: Draft) -> None:
    assert create(client, draft, b"", announced=sha256(b"")).status_code == 201
    assert DraftFile.objects.get().file.size == 0


def test_pages_keep_the_order_in_which_they_were_chosen(client: Client, draft: Draft) -> None:
    first = create(client, draft, b"1" * 100, "1.jpg")["Location"]
    second = create(client, draft, b"2" * 100, "2.jpg")["Location"]
    patch(client, second, 0, b"2" * 100)
    client.post(at(draft, PAPER), {"files": [file("3.jpg", b"3" * 100)]})
    patch(client, first, 0, b"1" * 100)
    assert [one.file.name for one in DraftFile.objects.all()] == ["1.jpg", "2.jpg", "3.jpg"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "\u0663"}, 400),
        ({"Upload-Length": "9" * 40}, 400),
        ({"Upload-Length": str(60 * KIB * KIB + 1)}, 413),
        ({"Upload-Metadata": "filename !!"}, 400),
        ({"Upload-Metadata": f"sha256 {b64('abc')}"}, 400),
    ],
)
def test_what_cannot_be_understood_is_refused_and_nothing_is_kept(
    client: Client, draft: Draft, headers: dict[str, str], status: int
) -> None:
    assert create(client, draft, more=headers).status_code == status
    assert not StoredFile.objects.exists()


def test_a_hostile_name_is_only_text(client: Client, draft: Draft) -> None:
    create(client, draft, b"", name="../../etc/\u202epasswd\x00<b>.jpg")
    assert DraftFile.objects.get().file.name == "passwd<b>.jpg"
    assert "passwd&lt;b&gt;.jpg" in text(client.get(at(draft, PAPER)))
    assert create(client, draft, b"x", name="n" * 4000).status_code == 201


def test_crumbs_are_not_kept_unless_they_end_the_file(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    assert patch(client, address, 0, PHOTO[:1000]).status_code == 400
    assert patch(client, address, 0, PHOTO[:-10]).status_code == 204
    assert patch(client, address, len(PHOTO) - 10, PHOTO[-10:]).status_code == 204


def test_a_file_taken_back_is_gone(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    patch(client, address, 0, PHOTO[: 40 * KIB])
    headers = {"Tus-Resumable": "1.0.0"}
    assert client.delete(address, headers=headers).status_code == 204
    assert head(client, address).status_code == 404
    assert client.delete(address, headers=headers).status_code == 404
    assert not StoredFile.objects.exists()


def test_a_complete_file_is_not_taken_back_by_the_protocol(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    patch(client, address, 0, PHOTO)
    client.delete(address, headers={"Tus-Resumable": "1.0.0"})
    assert DraftFile.objects.count() == 1


def test_the_method_in_a_header_counts_for_post_only(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    headers = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"}
    assert client.get(address, headers=headers).status_code == 405
    assert client.post(address, headers=headers).status_code == 204
    assert not IncomingFile.objects.exists()


def test_nobody_sends_into_the_draft_of_somebody_else(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    stranger = Client()
    theirs = begin(stranger)
    assert create(stranger, draft).status_code == 403
    for answer in (
        head(stranger, address),
        patch(stranger, address, 0, PHOTO),
        stranger.delete(address, headers={"Tus-Resumable": "1.0.0"}),
    ):
        assert answer.status_code == 403
    borrowed = address.replace(str(draft.public_id), str(theirs.public_id))
    assert head(stranger, borrowed).status_code == 404
    assert head(client, address)["Upload-Offset"] == "0"


def test_a_form_of_another_site_cannot_send(draft: Draft, client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert create(strict, draft).status_code == 403
    token = "a" * 32
    strict.cookies["csrftoken"] = token
    assert create(strict, draft, more={"X-CSRFToken": token}).status_code == 201


def test_after_sending_nothing_is_added_and_that_is_said(client: Client, draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(answers=ANSWERS)
    address = create(client, draft)["Location"]
    adapter.submit(Draft.objects.get(pk=draft.pk))
    for answer in (create(client, draft, b"new"), patch(client, address, 0, PHOTO)):
        assert answer.status_code == 410
        assert "gehört nicht dazu" in text(answer)
    assert not DraftFile.objects.exists()


def test_a_draft_takes_so_many_bytes_and_says_what_to_do(
    client: Client, draft: Draft, settings: LazySettings
) -> None:
    settings.MAX_DRAFT_BYTES = 150 * KIB
    assert create(client, draft).status_code == 201  # announced counts, not only what is here
    answer = create(client, draft, PHOTO[::-1])
    assert answer.status_code == 413
    assert "Senden Sie zuerst ab" in text(answer)
    page = client.post(at(draft, PAPER), {"files": [file("b.jpg", PHOTO[::-1])]}, follow=True)
    assert "Senden Sie zuerst ab" in text(page)
    assert not DraftFile.objects.exists()


def test_a_draft_takes_so_many_files(client: Client, draft: Draft, settings: LazySettings) -> None:
    settings.MAX_DRAFT_FILES = 2
    for number, status in ((1, 201), (2, 201), (3, 413)):
        assert create(client, draft, bytes([number]) * 100).status_code == status


def test_one_address_fills_only_so_much_and_sending_frees_it(settings: LazySettings) -> None:
    settings.MAX_UNSENT_BYTES = 250 * KIB
    visitors = [Client() for _ in range(3)]
    own = [begin(visitor) for visitor in visitors]
    for visitor, mine in zip(visitors[:2], own, strict=False):
        patch(visitor, create(visitor, mine)["Location"], 0, PHOTO)
    assert create(visitors[2], own[2]).status_code == 413
    elsewhere = visitors[2].post(
        at(own[2], f"{PAPER}hochladen/"),
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": "100000"},
        REMOTE_ADDR="192.0.2.7",
    )
    assert elsewhere.status_code == 201
    adapter.submit(own[0])
    adapter.submit(own[1])
    assert create(visitors[2], own[2]).status_code == 201
    assert "127.0.0.1" not in "".join(IncomingFile.objects.values_list("address", flat=True))


def test_unfinished_files_expire_and_say_when(client: Client, draft: Draft) -> None:
    made = create(client, draft)
    assert "GMT" in made["Upload-Expires"]
    patch(client, made["Location"], 0, PHOTO[: 40 * KIB])
    IncomingFile.objects.update(updated_at=Now() - timedelta(days=15))
    drafts.forget_old()
    assert head(client, made["Location"]).status_code == 404
    assert not Chunk.objects.exists()
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_an_old_draft_takes_its_unfinished_files_with_it(client: Client, draft: Draft) -> None:
    patch(client, create(client, draft)["Location"], 0, PHOTO[: 40 * KIB])
    Draft.objects.update(updated_at=Now() - timedelta(days=15))
    drafts.forget_old()
    assert not StoredFile.objects.exists()


def test_files_of_a_young_draft_stay_however_often_one_tidies(client: Client, draft: Draft) -> None:
    address = create(client, draft)["Location"]
    patch(client, address, 0, PHOTO[: 40 * KIB])
    StoredFile.objects.update(created_at=Now() - timedelta(days=15))
    drafts.forget_old()
    assert head(client, address)["Upload-Offset"] == str(40 * KIB)


def test_a_session_outlives_the_browser_only_until_it_is_sent(client: Client, draft: Draft) -> None:
    assert client.session.get_expire_at_browser_close()
    create(client, draft, files.jpeg())
    assert not client.session.get_expire_at_browser_close()
    assert client.post(at(draft, "pruefen/"), {}).status_code == 302
    assert client.session.get_expire_at_browser_close()


def test_whoever_is_done_on_a_device_leaves_no_draft_open_on_it(client: Client, draft: Draft) -> None:
    create(client, draft)
    client.post("/fertig/")
    assert client.get(at(draft, "unterlagen/")).status_code == 404
    assert create(client, draft).status_code == 403
    assert client.session.get_expire_at_browser_close()


def test_the_session_of_staff_ends_with_the_browser_all_the_same(client: Client) -> None:
    client.force_login(cast.carla())
    before = client.session.get_expire_at_browser_close()
    create(client, begin(client))
    assert client.session.get_expire_at_browser_close() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 120 * KIB), st.integers(0, 120 * KIB)), max_size=12))
def test_whatever_pieces_come_the_file_is_right_or_not_there(db: None, tries: list[tuple[int, int]]) -> None:
    """Any order, any overlap, any repetition; at the end the missing rest. Never a byte at a wrong place."""
    draft = Draft.objects.create(service="PAPERS", service_version=1)
    coming = incoming.begin(draft, "payslip", "a.jpg", len(PHOTO), CLAIMANT, announced=sha256(PHOTO))
    for offset, size in [*tries, (-1, 0)]:
        here = incoming.find(draft, coming.public_id)
        assert here is not None
        assert b"".join(filestore.read(here.file)) == PHOTO[: here.file.size]
        start = here.file.size if offset < 0 else offset
        piece = PHOTO[start:] if offset < 0 else PHOTO[start : start + size]
        try:
            incoming.append(draft, coming.public_id, start, piece, CLAIMANT)
        except (incoming.WrongOffset, incoming.TooSmall):
            continue
    kept = DraftFile.objects.get(paper__draft=draft)
    assert b"".join(filestore.read(kept.file)) == PHOTO
