// The end of the session: a warning two minutes before, then the page is cleared, so that nobody reads what a
// person who has gone left open. The server decides; other tabs may have prolonged the session meanwhile.
(function () {
  "use strict";

  var place = document.querySelector("[data-session]");
  if (!place) return;
  var dialog = place.querySelector("dialog");
  var ends = Date.now() + Number(place.dataset.left) * 1000;
  var warned = Number(place.dataset.warned) * 1000;
  var timer;

  function plan() {
    clearTimeout(timer);
    var left = ends - Date.now();
    timer = setTimeout(ask, left > warned ? left - warned : Math.max(0, left) + 500);
  }

  function told(answer) {
    if (answer.status === 401 || answer.redirected) return over();
    if (!answer.ok) return plan();
    return answer.json().then(function (found) {
      ends = Date.now() + found.left * 1000;
      if (found.left <= 0) return over();
      var soon = ends - Date.now() <= warned;
      if (soon && !dialog.open) dialog.showModal();
      if (!soon && dialog.open) dialog.close();
      plan();
    });
  }

  function unreachable() {
    if (Date.now() >= ends) over();
    else plan();
  }

  function ask() {
    fetch(place.dataset.leftAt, { headers: { "X-Background": "1" } }).then(told, unreachable);
  }

  function stay() {
    var token = place.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(place.dataset.stayAt, { method: "POST", headers: { "X-CSRFToken": token } }).then(told, unreachable);
  }

  function over() {
    clearTimeout(timer);
    window.dispatchEvent(new CustomEvent("session-over"));
    var ended = place.querySelector("template").content.cloneNode(true);
    var login = ended.querySelector("a");
    login.href = login.getAttribute("href") + "?next=" + encodeURIComponent(location.pathname + location.search);
    document.title = login.dataset.title;
    document.body.replaceChildren(ended);
  }

  place.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", function (event) { event.preventDefault(); stay(); });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible" && Date.now() >= ends - warned) ask();
  });
  plan();
})();
