"""The admin site: every table of the registry with lists, filters, search and pages.

`scope` says whose cases a page shows, `searching` how they are searched, `columns` and `forms` draw
lists and questions, `saving` judges what was typed as one case, `changes` puts the history into words.
`patient`, `sections`, `centre`, `people` and `history` register what stands in the menu.
"""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import lazystr

from registry.admin import centre, history, patient, people, sections
from registry.admin.scope import Careful
from registry.admin.searching import Choices
from registry.labels import Label
from registry.models import CLINICAL, Centre, Change, Membership, Remark

__all__ = ["centre", "history", "patient", "people", "sections"]

TITLE = Label("NETLM registry administration", "NETLM登记库管理")
IN_MENU = (*CLINICAL, Remark, Change, Centre, Membership)  # the order of the chart


def menu(request: HttpRequest, app_label: str | None = None) -> list[dict[str, object]]:
    """The applications with their tables: the registry first, in the order of the chart."""
    place = {model: number for number, model in enumerate(IN_MENU)}
    applications = admin.site._build_app_dict(request, app_label).values()
    for one in applications:
        one["models"].sort(key=lambda entry: place.get(entry["model"], 0))
    return sorted(applications, key=lambda one: one["app_label"] != "registry")


admin.site.site_header = admin.site.site_title = lazystr(TITLE)
admin.site.index_title = lazystr(TITLE)
admin.site.get_app_list = menu
admin.site.autocomplete_view = Choices.as_view(admin_site=admin.site)
admin.site.enable_nav_sidebar = False  # the lists need the width

# What other packages bring along asks no policy.
for _model, _page in list(admin.site._registry.items()):
    if not isinstance(_page, Careful):
        admin.site.unregister(_model)
