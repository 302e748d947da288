"""Celery's side of the outbox: a task per ring, nothing else."""

from celery import shared_task

from casework import outbox


@shared_task(name="casework.run_effect", ignore_result=True)
def run_effect(outbox_id: int) -> None:
    outbox.run(outbox_id)
