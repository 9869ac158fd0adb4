// What is typed into a form goes to the server every few seconds, where it waits until it is saved: after
// a crash, a lost connection or the end of the session nothing older than that is gone. Nothing of it
// stays in the browser.
(function () {
  "use strict";

  var PAUSE = 2000; // after the last key
  var LONGEST = 4000; // while somebody goes on typing
  var MOST_KEPT_ALIVE = 60000; // bytes that a browser still sends for a page that it closes

  function follow(record) {
    var state = record.querySelector("[data-draft-state]");
    var count = Number(record.dataset.draftCount);
    var since = 0;
    var timer = null;
    var stopped = false;
    var last = fields();

    function fields() {
      var found = [];
      new FormData(record).forEach(function (value, name) {
        if (name !== "csrfmiddlewaretoken" && name !== "once" && typeof value === "string") {
          found.push([name, value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "")]);
        }
      });
      return JSON.stringify(found);
    }

    function touched() {
      if (stopped) return;
      since = since || Date.now();
      clearTimeout(timer);
      timer = setTimeout(send, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
    }

    function send() {
      clearTimeout(timer);
      if (stopped || !since) return;
      var now = fields();
      since = 0;
      if (now === last) return;
      count += 1;
      var body = '{"page":' + JSON.stringify(record.elements.once.value) + ',"sequence":' + count + ',"fields":' + now + "}";
      fetch(record.dataset.draftAt, {
        method: "POST",
        body: body,
        keepalive: body.length < MOST_KEPT_ALIVE,
        headers: {
          "Content-Type": "application/json",
          "X-Background": "1",
          "X-CSRFToken": record.elements.csrfmiddlewaretoken.value,
        },
      }).then(function (answer) {
        if (answer.status === 401 || answer.redirected) {
          stopped = true; // the session is over; session.js says so
        } else if (answer.ok) {
          return answer.json().then(function (told) {
            last = now;
            state.textContent = told.kept ? state.dataset.kept.replace("{time}", told.kept) : state.dataset.late;
            record.toggleAttribute("data-draft-kept", Boolean(told.kept) && !since);
          });
        } else {
          failed();
        }
      }).catch(failed);
    }

    function failed() {
      state.textContent = state.dataset.notKept;
      since = since || Date.now();
      clearTimeout(timer);
      timer = setTimeout(send, LONGEST);
    }

    record.addEventListener("input", touched);
    record.addEventListener("click", function (event) {
      if (event.target.closest("[data-remove-row], [data-restore-row], [data-add-row]")) touched();
    });
    record.addEventListener("submit", send); // in case what is sent never arrives
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") send();
    });
    window.addEventListener("pagehide", send);
    window.addEventListener("session-over", function () { stopped = true; });
  }

  document.querySelectorAll("[data-draft-at]").forEach(follow);
})();
