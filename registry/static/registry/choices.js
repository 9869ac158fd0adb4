// Fields of the admin that search while one types ask by POST (registry/admin/searching.py), so that what is
// typed stands in no address. Django's script sends it; the token that a POST needs is added here.
(function ($) {
  "use strict";

  $.ajaxPrefilter(function (asked, _given, request) {
    if (asked.type !== "POST" || asked.crossDomain) return;
    request.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  });
})(django.jQuery);
