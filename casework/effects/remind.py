"""An appointment is tomorrow. Subject: an appointment."""

from django.db import transaction

from casework import events
from casework.envelope import SYSTEM
from casework.models import Appointment, Event


def run(subject: str) -> None:
    with transaction.atomic():
        found = (
            Appointment.objects.select_for_update(of=("self",))
            .select_related("case")
            .filter(pk=subject, cancelled_at=None)
            .first()
        )
        if found is None:
            return
        told = Event.objects.filter(kind=events.AppointmentNear.kind, case=found.case_id)
        if not told.filter(data__appointment=found.pk).exists():
            events.record(events.AppointmentNear(found.pk), SYSTEM, case=found.case)
