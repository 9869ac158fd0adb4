// Section forms: questions that do not apply are hidden, rows are added and removed in place.
// The conditions are the server's own data (registry/conditions.py); the server applies them again.
(function () {
  "use strict";

  function answer(form, name) {
    var full = form.dataset.form + "-" + name;
    var inputs = form.querySelectorAll('[name="' + full + '"]');
    var question = form.querySelector('[data-question="' + name + '"]');
    if (question && question.hidden) return [];
    var values = [];
    inputs.forEach(function (input) {
      if (input.type === "radio" || input.type === "checkbox") {
        if (input.checked) values.push(input.value);
      } else if (input.value.trim()) {
        values.push(input.value.trim());
      }
    });
    return values;
  }

  // Full-width digits and Chinese date marks, as far as a comparison of days needs them.
  function day(text) {
    var plain = text.normalize("NFKC").replace(/[年月./]/g, "-").replace(/日/g, "");
    var parts = /^(\d{4})-?(\d{1,2})?-?(\d{1,2})?$/.exec(plain);
    return parts ? Date.UTC(+parts[1], (parts[2] || 1) - 1, +(parts[3] || 1)) : NaN;
  }

  function holds(condition, form) {
    if (typeof condition === "boolean") return condition;
    if (condition.all) return condition.all.every(function (one) { return holds(one, form); });
    if (condition.any) return condition.any.some(function (one) { return holds(one, form); });
    if (condition.given) return answer(form, condition.given).length > 0;
    if (condition.within) {
      var given = answer(form, condition.within[0]);
      return given.length > 0 && (day(given[0]) - day(condition.within[1])) / 86400000 <= condition.within[2];
    }
    var rule = condition.is || condition.except;
    var values = answer(form, rule[0]);
    var matches = values.some(function (one) { return rule[1].indexOf(one) >= 0; });
    return condition.is ? matches : values.length > 0 && !matches;
  }

  function refresh(form) {
    form.querySelectorAll("[data-shown-when]").forEach(function (question) {
      question.hidden = !holds(JSON.parse(question.dataset.shownWhen), form);
    });
    form.querySelectorAll(".question").forEach(function (question) {
      var why = question.querySelector(".why-blank");
      var blank = answer(form, question.dataset.question).length === 0;
      if (why) why.hidden = !blank;
      question.classList.toggle("is-blank", blank);
    });
    form.querySelectorAll("fieldset.question-group").forEach(function (group) {
      group.hidden = !group.querySelector(".question:not([hidden])");
    });
  }

  // A long list gets a search box that understands either language and the code itself.
  function makeSearchable(select) {
    var search = document.createElement("input");
    search.type = "search";
    search.className = "form-control form-control-sm list-search";
    search.placeholder = select.dataset.searchable;
    search.setAttribute("aria-label", select.dataset.searchable);
    search.setAttribute("aria-controls", select.id);
    select.before(search);
    search.addEventListener("input", function (event) {
      event.stopPropagation();
      var wanted = search.value.normalize("NFKC").trim().toLowerCase();
      var fitting = [];
      Array.prototype.forEach.call(select.options, function (option) {
        var fits = !option.value || option.dataset.search.toLowerCase().indexOf(wanted) >= 0;
        option.hidden = !fits;
        if (fits && option.value) fitting.push(option);
      });
      if (wanted && fitting.length === 1 && select.value !== fitting[0].value) {
        select.value = fitting[0].value;
        select.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    search.addEventListener("keydown", function (event) {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  function bind(root) {
    root.querySelectorAll("select[data-searchable]").forEach(makeSearchable);
    root.querySelectorAll("[data-form]").forEach(refresh);
  }

  function addRow(record) {
    var template = record.querySelector("[data-row-template]");
    var cards = record.querySelector("[data-rows]");
    var next = cards.querySelectorAll("[data-row]").length;
    while (record.querySelector('[name="rows-' + next + '-present"]')) next += 1;
    var holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__n__", String(next));
    var card = holder.firstElementChild;
    cards.appendChild(card);
    bind(card);
    var first = card.querySelector(".question:not([hidden]) input, .question:not([hidden]) select");
    if (first) first.focus();
  }

  function setRemoved(card, removed) {
    card.toggleAttribute("data-removed", removed);
    card.querySelector("[data-removed-flag]").value = removed ? "1" : "";
    if (removed) card.open = false;
  }

  // Whoever corrects an answer that is in conflict wants to keep what is typed now.
  function keepMine(record, name) {
    var mine = name && record.querySelector('[id="keep-' + name.replace(/__missing$/, "") + '-mine"]');
    if (mine) mine.checked = true;
  }

  document.querySelectorAll("[data-record]").forEach(function (record) {
    bind(record);
    record.addEventListener("input", function (event) {
      var form = event.target.closest("[data-form]");
      if (form) refresh(form);
      if (form) keepMine(record, event.target.name);
      record.dataset.changed = "1";
    });
    record.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) {
        // a chosen chip can be taken back: a second click on it clears the answer
        var radio = event.target;
        if (radio.type === "radio") {
          if (radio.dataset.was === "1") {
            radio.checked = false;
            radio.dispatchEvent(new Event("input", { bubbles: true }));
          }
          record.querySelectorAll('[name="' + radio.name + '"]').forEach(function (one) {
            one.dataset.was = one.checked ? "1" : "";
          });
        }
        return;
      }
      if (button.hasAttribute("data-add-row")) addRow(record);
      var card = button.closest("[data-row]");
      if (card && button.hasAttribute("data-remove-row")) setRemoved(card, true);
      if (card && button.hasAttribute("data-restore-row")) setRemoved(card, false);
    });
    record.querySelectorAll('input[type="radio"]:checked').forEach(function (one) { one.dataset.was = "1"; });
    record.addEventListener("submit", function () { record.dataset.changed = ""; });
    window.addEventListener("beforeunload", function (event) {
      if (record.dataset.changed) event.preventDefault();
    });
  });

  var problems = document.querySelector("[data-problems]");
  if (problems) problems.focus();
})();
