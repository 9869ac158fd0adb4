"""The site with two views that do nothing for their protection, as somebody may add them tomorrow."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from registry import urls
from registry.gate import strict_json
from registry.models import Centre


def found(request: HttpRequest) -> HttpResponse:
    """A search that trusts whatever it is given."""
    given = request.GET or request.POST
    names = [one.pk for one in Centre.objects.filter(centre_name_en=given.get("name", ""))]
    return JsonResponse({"found": names, "id": given.get("id", ""), "name": given.get("name", "")})


def stored(request: HttpRequest) -> HttpResponse:
    """A view that keeps JSON."""
    return JsonResponse({"read": strict_json(request)})


found.login_required = stored.login_required = False
urlpatterns = [path("found/", found), path("stored/", stored), *urls.urlpatterns]
handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500
