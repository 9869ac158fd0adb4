"""Who may see and do what. No membership, no cases: forgetting to ask shows nothing.

Every view and every admin page starts from these querysets; a case outside them does not
exist for the user (404, never 403, so that its existence is not revealed).
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import SimpleLazyObject

from registry.models import Centre, Membership, Patient


def centres_of(user) -> QuerySet[Centre]:
    """The centres whose cases the user sees: those of the memberships."""
    if not user.is_authenticated or not user.is_active:
        return Centre.objects.none()
    return Centre.objects.filter(memberships__user=user)


def visible_patients(user) -> QuerySet[Patient]:
    """The patients of the user's centres, with their centre."""
    return Patient.objects.filter(centre__in=centres_of(user)).select_related("centre")


def patient_or_404(user, patient_uid: str) -> Patient:
    """The patient with this registry number, if the user may see it."""
    if not patient_uid.isalnum():  # an address can hold what no database can look up
        raise Http404
    try:
        return visible_patients(user).get(patient_uid=patient_uid)
    except Patient.DoesNotExist:
        raise Http404 from None


def editable_centres(user) -> QuerySet[Centre]:
    """The centres in which the user may open and change cases."""
    if not user.is_authenticated or not user.is_active:
        return Centre.objects.none()
    return Centre.objects.filter(memberships__user=user, memberships__may_edit=True)


def can_edit(user, patient: Patient) -> bool:
    """Whether the user may change this case."""
    return Membership.objects.filter(user=user, centre=patient.centre_id, may_edit=True).exists()


def frame(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page needs: whether any case that the user sees is synthetic."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"sees_synthetic": SimpleLazyObject(visible_patients(user).filter(synthetic=True).exists)}
