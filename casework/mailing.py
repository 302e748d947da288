"""E-mails: text and HTML, in the person's language with German beside, never with personal data."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


def send(to: str, name: str, context: Mapping[str, object], language: str) -> None:
    """Render templates/emails/<name>.{subject.txt,txt,html} and hand it to the mail server."""
    parts = []
    for code in spoken(language):
        with translation.override(code):
            words = {
                **context,
                "public_url": settings.PUBLIC_URL,
                "lookup_url": f"{settings.PUBLIC_URL}/status/",
            }
            parts.append(
                {
                    "language": code,
                    "rtl": translation.get_language_bidi(),
                    "subject": " ".join(render_to_string(f"emails/{name}.subject.txt", words).split()),
                    "text": render_to_string(f"emails/{name}.txt", words).strip(),
                    "html": render_to_string(f"emails/{name}.html", words).strip(),
                }
            )
    subject = " · ".join(dict.fromkeys(str(part["subject"]) for part in parts))
    text = "\n\n----------------------------------------\n\n".join(str(part["text"]) for part in parts)
    message = EmailMultiAlternatives(subject, text + "\n", to=[to])
    html = render_to_string("emails/layout.html", {"parts": parts, "subject": subject})
    message.attach_alternative(html, "text/html")
    message.send()


def spoken(language: str) -> list[str]:
    """The person's language, and German beside it; an unknown one counts as German."""
    known = dict(settings.LANGUAGES)
    if language not in known or language == settings.LANGUAGE_CODE:
        return [settings.LANGUAGE_CODE]
    return [language, settings.LANGUAGE_CODE]
