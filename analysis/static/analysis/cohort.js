// On a narrow screen the report comes first and the cohort is one tap away, unless it needs correcting.
const cohort = document.querySelector("details.cohort");
if (matchMedia("(max-width: 60rem)").matches && !cohort.querySelector(".has-error")) cohort.open = false;

// The number of cases follows what is chosen, before the report is made.
const form = document.getElementById("cohort-form");
const shown = document.getElementById("cohort-count");
let latest = 0;

async function count() {
  const mine = ++latest;
  const response = await fetch(`${form.dataset.count}?${new URLSearchParams(new FormData(form))}`, { headers: { "X-Background": "1" } });
  if (!response.ok || mine !== latest) return;
  shown.textContent = (await response.json()).count ?? "–";
}

form.addEventListener("change", () => count().catch(() => {}));
