"""What the part "more" of a letter's page shows, and the forms it holds."""

from typing import Any

from casework import originals
from casework.clock import berlin_day
from casework.envelope import Channel
from casework.models import Submission
from casework.queries import GONE
from casework.workflow import SubmissionState
from channels.post.act_forms import (
    MISTAKE_WORDS,
    AddressForm,
    EmailForm,
    ForwardForm,
    GiveBackForm,
    MistakeForm,
    OriginalForm,
    ReportForm,
    SheetsForm,
)


def context_of(letter: Submission, **wrong: Any) -> dict[str, Any]:
    """For counter/_letter_more.html; `wrong`: a form sent with mistakes, by its name."""
    here = originals.is_here(letter)
    trouble = getattr(letter, "trouble", None)
    return {
        "original": getattr(letter, "original", None),
        "original_here": here,
        "kept_until": originals.kept_until(letter),
        "trouble": trouble,
        "mistake_words": MISTAKE_WORDS.get(letter.mistake, ""),
        "may_forward": letter.state == SubmissionState.UNASSIGNED and letter.channel == Channel.POST,
        "may_be_mistaken": letter.channel == Channel.POST and letter.state not in GONE,
        "forward_form": ForwardForm(arrived_on=berlin_day(letter.received_at)),
        "mistake_form": MistakeForm(),
        "sheets_form": SheetsForm(initial={"sheets": letter.sheets}),
        "email_form": EmailForm(initial={"email": letter.notice_email or letter.given.email}),
        "address_form": AddressForm.of(letter),
        "report_form": ReportForm(),
        "original_form": OriginalForm.of(letter),
        "back_form": GiveBackForm(),
        **wrong,
        "wrong_act": next(iter(wrong.values()), None),
    }
