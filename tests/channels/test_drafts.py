"""Drafts and stray files are forgotten after 14 days; nothing that was sent ever is."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from casework import filestore
from casework.models import Chunk, StoredFile
from channels import drafts
from channels.models import Draft, DraftFile, DraftPaper
from channels.web import adapter
from tests import cast, files

pytestmark = pytest.mark.django_db


def draft_with_file(**changes: object) -> Draft:
    draft = Draft.objects.create(service="PAPERS", service_version=1, **changes)
    paper = DraftPaper.objects.create(draft=draft, kind="payslip")
    file = filestore.keep([files.jpeg()], "a.jpg", cast.CLAIMANT)
    DraftFile.objects.create(paper=paper, file=file)
    return draft


def make_old() -> None:
    old = Now() - timedelta(days=15)
    Draft.objects.update(updated_at=old)
    StoredFile.objects.update(created_at=old)


def test_draft_nobody_came_back_to_is_forgotten_with_its_files() -> None:
    draft_with_file()
    make_old()
    assert drafts.forget_old() == 1
    assert not Draft.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Chunk.objects.exists()


def test_young_draft_stays() -> None:
    draft_with_file()
    assert drafts.forget_old() == 0
    assert StoredFile.objects.count() == 1


def test_files_of_a_sent_draft_stay_when_the_draft_is_forgotten() -> None:
    ack = adapter.submit(draft_with_file())
    make_old()
    assert drafts.forget_old() == 1
    assert cast.submission(ack).documents.get().parts.get().file.size > 0


def test_file_that_belongs_to_nothing_is_forgotten() -> None:
    filestore.keep([b"x"], "stray.pdf", cast.CLAIMANT)
    drafts.forget_old()
    assert StoredFile.objects.count() == 1
    make_old()
    drafts.forget_old()
    assert not StoredFile.objects.exists()
