"""Search in the text of papers: what was recognised on their pages."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework import queries
from casework.models import Document
from casework.review.common import caseworkers_documents, user_of

ROWS = 25


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Pages of papers with these words, best first; of papers she may see, nobody else's."""
    typed = request.GET.get("q", "").replace("\0", "").strip()[:200]
    user = user_of(request)
    documents = caseworkers_documents(user)
    found = queries.search_pages(user, typed, documents=documents) if typed else None
    page = Paginator(found, ROWS).get_page(request.GET.get("page")) if found is not None else None
    about = Document.objects.select_related("submission__case__person", "submission__person")
    known = about.in_bulk([row.document_id for row in page]) if page else {}  # type: ignore[attr-defined]
    rows = [(row, known[row.document_id]) for row in page] if page else []  # type: ignore[attr-defined]
    context = {"typed": typed, "page": page, "rows": rows, "section": "inbox"}
    return render(request, "review/search.html", context)
