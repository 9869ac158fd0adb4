// Our side of a comparison takes some seconds when it is first asked for. The page is there at once; the areas are
// asked for one after the other, and each fills in its differences.
(async () => {
  let disagreeing = 0;
  for (const row of document.querySelectorAll("[data-summary]")) {
    const answer = await fetch(row.dataset.summary, { headers: { "X-Background": "1" } });
    if (!answer.ok) return;
    const found = await answer.json();
    disagreeing += found.disagreeing;
    for (const place of document.querySelectorAll("[data-piece]")) {
      const piece = found.pieces[place.dataset.piece];
      if (piece !== undefined) place.innerHTML = piece;
    }
  }
  document.getElementById(disagreeing ? "disagrees" : "agrees").hidden = false;
})();
