"""What follows an event: one table. Kind of event -> (effect, which id it gets).

An effect is a module of casework.effects with `run(subject: str) -> None`; it is idempotent and guards on
the state it finds, because it may run twice, late or out of order.

Recognising the same person and the same paper (fuzzy matching) belongs behind `file_read` and `received`.
"""

REACTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "file_kept": (("read", "file"), ("scan", "file")),
    "file_read": (("recognise", "file"),),
    "file_recognised": (("suggest", "file"), ("compare_pages", "file")),
    # Some of its pages may have been read all the same.
    "file_unreadable": (("tell_unreadable", "file"), ("recognise", "file")),
    "received": (
        ("mail_receipt", "submission"),
        ("render_receipt", "submission"),
        ("compare_papers", "submission"),
    ),
    "receipt_wanted": (("mail_receipt", "submission"),),
    "scanned": (("render_receipt", "submission"), ("compare_papers", "submission")),
    "service_corrected": (("render_receipt", "submission"),),
    "scan_withdrawn": (("render_receipt", "submission"),),
    "forwarded": (("render_receipt", "submission"),),
    "forwarding_undone": (("render_receipt", "submission"),),
    "registered_by_mistake": (("render_receipt", "submission"),),
    "mistake_undone": (("render_receipt", "submission"),),
    "case_opened": (("place_waiting", "case"),),
    # News for the person, by e-mail or letter as she wishes; casework.notices.NOTICES says how each is told.
    "joined": (("notify", "event"),),
    "paper_requested": (("notify", "event"),),
    "document_accepted": (("notify", "event"),),
    "document_rejected": (("notify", "event"),),
    "case_complete": (("notify", "event"),),
    "case_closed": (("notify", "event"),),
    "copy_asked": (("notify", "event"),),
    "message_answered": (("notify", "event"),),
    "deadline_near": (("notify", "event"),),
    "appointment_booked": (("notify", "event"),),
    "appointment_cancelled": (("notify", "event"),),
    "appointment_near": (("notify", "event"),),
    "helper_joined": (("notify", "event"),),
    "helper_left": (("notify", "event"),),
}
# Effects that follow from no event but have a time of their own (casework.outbox.add with `later`).
TIMED = frozenset({"deliver", "remind"})
# How urgent an effect is: for what a person sent, and for what a stack of scans brought. Smaller is sooner:
# first the pictures somebody at a screen waits for, then those of stacks, receipts and mails, text at last.
USUAL = 10
PRIORITIES: dict[str, tuple[int, int]] = {"read": (0, 5), "recognise": (20, 30), "compare_pages": (25, 35)}
STACK: frozenset[int] = frozenset(stack for _, stack in PRIORITIES.values())
STACK_TEXT: frozenset[int] = frozenset({PRIORITIES["recognise"][1]})
"""The longest work of all."""


def priority(effect: str, *, stack: bool) -> int:
    """The place of an effect in the outbox; `stack`: about the pages of a scanned stack, or as many."""
    person_waits, stack_waits = PRIORITIES.get(effect, (USUAL, USUAL))
    return stack_waits if stack else person_waits


EFFECTS: frozenset[str] = TIMED | {effect for effects in REACTIONS.values() for effect, _ in effects}
