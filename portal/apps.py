from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.conf import settings

        from portal import checks  # noqa: F401  registers the system checks

        if settings.CELERY_BROKER_URL:  # else tasks would go to Celery's default app, with its own settings
            from portal import celery  # noqa: F401
