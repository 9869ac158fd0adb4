// A form with data-passkey asks the browser for a passkey and sends what it has signed.
(function () {
  "use strict";

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var options = JSON.parse(form.querySelector('script[type="application/json"]').textContent);
    var failed = form.querySelector("[data-failed]");
    form.querySelector("button").addEventListener("click", function () {
      failed.hidden = true;
      window.webauthnJSON[form.dataset.passkey](options)
        .then(function (credential) {
          form.elements.credential.value = JSON.stringify(credential);
          form.submit();
        })
        .catch(function () { failed.hidden = false; });
    });
  });
})();
