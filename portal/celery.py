"""Celery: the doorbell that tells a worker to look at one outbox row now."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
app = Celery("angekommen")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casework"])
