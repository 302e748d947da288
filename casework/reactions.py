"""What follows an event: one table. Kind of event -> (effect, which id it gets).

An effect is a module of casework.effects with `run(subject: str) -> None`; it is idempotent and guards on
the state it finds, because it may run twice, late or out of order.

Recognising the same person and the same paper (fuzzy matching) belongs behind `file_read` and `received`.
"""

REACTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "file_kept": (("read", "file"), ("scan", "file")),
    "file_unreadable": (("tell_unreadable", "file"),),
    "received": (("mail_receipt", "submission"), ("render_receipt", "submission")),
    "scanned": (("render_receipt", "submission"),),
    "service_corrected": (("render_receipt", "submission"),),
    "scan_withdrawn": (("render_receipt", "submission"),),
    "case_opened": (("place_waiting", "case"),),
}
EFFECTS: frozenset[str] = frozenset(effect for effects in REACTIONS.values() for effect, _ in effects)
