"""What a person may do, and which rows they meet. No membership, no cases: forgetting to ask shows nothing.

The policy (policy.py) says what a role may do; here stands which roles a person holds and for
which centres that counts. Every view and every admin page starts from these querysets; a case
outside them does not exist for the user (404, never 403, so that its existence is not revealed).
"""

from __future__ import annotations

import json

from django.db import connection
from django.db.models import Case, Expression, F, QuerySet, When
from django.http import Http404, HttpRequest
from django.utils.functional import SimpleLazyObject

from registry import context
from registry.context import Held
from registry.models import Centre, Patient
from registry.policy import Grant
from registry.rights import Reach, Rights, rights_in


def rights_of(user) -> Rights:
    """The rights of a person: those with which the request began, looked up elsewhere."""
    if not user.is_authenticated or not user.is_active:
        return Rights()
    current = context.scope()
    if current.user_id == user.pk:
        return rights_in(current)
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_held(%s)", [user.pk])
        return Rights(tuple(Held(*one) for one in json.loads(cursor.fetchone()[0])))


def roles_ever_held(user) -> tuple[Held, ...]:
    """Every role of an account, also those that are over or in centres that the reader does not see:
    keys alone, for the question who may administer the account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_ever_held(%s)", [user.pk])
        return tuple(Held(*one) for one in json.loads(cursor.fetchone()[0]))


def may(user, action: str, centre: Centre | int | None = None) -> Grant | None:
    """What of this action the person may do in this centre (an object or its key), or anywhere
    where none is named; None for nothing."""
    return rights_of(user).grant(action, centre.pk if isinstance(centre, Centre) else centre)


def require(user, action: str, centre: Centre | int | None = None) -> Grant:
    """The same; what is not allowed does not exist for this person."""
    found = may(user, action, centre)
    if found is None:
        raise Http404
    return found


def _centres(reach: Reach) -> QuerySet[Centre]:
    return Centre.objects.filter(reach.of("pk")) if reach else Centre.objects.none()


def centres_of(user) -> QuerySet[Centre]:
    """The centres whose cases the user sees."""
    return _centres(rights_of(user).reach("see_clinical"))


def visible_patients(user) -> QuerySet[Patient]:
    """The patients of the user's centres, with their centre."""
    reach = rights_of(user).reach("see_clinical")
    patients = Patient.objects.filter(reach.of("centre")) if reach else Patient.objects.none()
    return patients.select_related("centre")


def patient_or_404(user, patient_uid: str) -> Patient:
    """The patient with this registry number, if the user may see it."""
    if not patient_uid.isalnum():  # an address can hold what no database can look up
        raise Http404
    try:
        return visible_patients(user).get(patient_uid=patient_uid)
    except Patient.DoesNotExist:
        raise Http404 from None


def shown_number(user, to_patient: str = "") -> Expression:
    """The number under which the user knows a patient, for sorting and searching in the database:
    the centre's study number, or the registry number where patients are pseudonymised."""
    named = rights_of(user).reach("see_identifiers")
    if named.everywhere:
        return F(f"{to_patient}local_study_id")
    if not named:
        return F(f"{to_patient}patient_uid")
    known = When(named.of(f"{to_patient}centre"), then=F(f"{to_patient}local_study_id"))
    return Case(known, default=F(f"{to_patient}patient_uid"))


def editable_centres(user) -> QuerySet[Centre]:
    """The centres in which the user may open and change cases."""
    return _centres(rights_of(user).reach("edit"))


def can_edit(user, patient: Patient) -> bool:
    """Whether the user may change this case."""
    return patient.centre_id in rights_of(user).reach("edit")


def frame(request: HttpRequest) -> dict[str, object]:
    """What the frame of every page needs: whether any case that the user sees is synthetic, and
    which ways lead anywhere for this person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    rights = rights_of(user)
    return {
        "sees_synthetic": SimpleLazyObject(visible_patients(user).filter(synthetic=True).exists),
        "may_read_cases": bool(rights.reach("see_clinical")) or not rights.held,
        "may_report": bool(rights.reach("report")) or not rights.held,
        "may_export": bool(rights.reach("export_deidentified")),
        "may_review_access": bool(rights.reach("review_access")),
        "may_read_trail": bool(rights.reach("audit_trail")),
        "may_review_views": bool(rights.reach("security_log", without="entries")),
        "may_freeze": bool(rights.reach("lock")),
    }
