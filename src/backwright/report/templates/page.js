"use strict";
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

/* Search: every word must occur somewhere in the row; the button keeps one kind of guard. */
function searchable(root) {
  const field = one(`#${root}-search`);
  if (!field) return;
  const rows = all(`#${root} [data-text]`);
  const buttons = all(`[data-filter-of="${root}"]`);
  const count = one(`#${root}-count`);
  const nothing = one(`#${root}-nothing`);
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = buttons.find((b) => b.getAttribute("aria-pressed") === "true")?.value ?? "";
    let shown = 0;
    for (const row of rows) {
      const fits = (!kind || row.dataset.kind === kind) && words.every((w) => row.dataset.text.includes(w));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown === rows.length ? `${shown}` : `${shown} of ${rows.length}`;
    nothing.hidden = shown > 0;
  };
  field.addEventListener("input", apply);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = ""; apply(); }
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      apply();
    });
  }
  apply();
}
searchable("api");
searchable("tables");

/* "/" goes to the search field, as in most documentation. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, select, textarea")) return;
  const field = one("#api-search");
  if (field) { event.preventDefault(); field.focus(); }
});

/* Places open as files in the browser, or in an editor of the reader's choice. */
const OPENERS = {
  file: null,
  vscode: (path, line) => `vscode://file${path}:${line}`,
  cursor: (path, line) => `cursor://file${path}:${line}`,
  zed: (path, line) => `zed://file${path}:${line}`,
  jetbrains: (path, line) => `idea://open?file=${path}&line=${line}`,
};
const opener = one("#opener");
function pointPlaces() {
  const make = OPENERS[opener.value];
  const root = document.body.dataset.root;
  for (const link of all("a[data-file]")) {
    link.dataset.href ??= link.getAttribute("href");
    const path = encodeURI(`${root}/${link.dataset.file}`);
    link.setAttribute("href", make ? make(path, link.dataset.line) : link.dataset.href);
  }
}
if (opener) {
  try { opener.value = localStorage.getItem("backwright-opener") || "file"; } catch { /* no storage */ }
  opener.addEventListener("change", () => {
    try { localStorage.setItem("backwright-opener", opener.value); } catch { /* no storage */ }
    pointPlaces();
  });
  pointPlaces();
}

/* The diagram: zoom, drag, and what a table is linked to. */
const drawing = one(".drawing");
const picture = drawing?.querySelector("svg");
if (picture) {
  const width = Number(picture.getAttribute("width"));
  const height = Number(picture.getAttribute("height"));
  let scale = 1;
  const zoom = (next, x = drawing.clientWidth / 2, y = drawing.clientHeight / 2) => {
    const before = scale;
    scale = Math.min(3, Math.max(0.05, next));
    picture.setAttribute("width", width * scale);
    picture.setAttribute("height", height * scale);
    drawing.scrollLeft = (drawing.scrollLeft + x) * (scale / before) - x;
    drawing.scrollTop = (drawing.scrollTop + y) * (scale / before) - y;
  };
  const fit = () => Math.min(1, drawing.clientWidth / width);
  one("#zoom-in").addEventListener("click", () => zoom(scale * 1.3));
  one("#zoom-out").addEventListener("click", () => zoom(scale / 1.3));
  one("#zoom-fit").addEventListener("click", () => zoom(fit()));
  one("#zoom-full").addEventListener("click", () => zoom(1));
  zoom(Math.max(fit(), 0.55));
  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = drawing.getBoundingClientRect();
    zoom(scale * Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  let held = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    held = { x: event.clientX + drawing.scrollLeft, y: event.clientY + drawing.scrollTop, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const x = held.x - event.clientX, y = held.y - event.clientY;
    held.moved ||= Math.hypot(x - drawing.scrollLeft, y - drawing.scrollTop) > 4;
    if (held.moved) { drawing.classList.add("held"); drawing.scrollTo(x, y); }
  });
  window.addEventListener("pointerup", () => {
    drawing.classList.remove("held");
    setTimeout(() => { held = null; });
  });
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("click", (event) => { if (held?.moved) event.preventDefault(); }, true);
  const tables = all("[data-table]", picture);
  const lines = all("[data-from]", picture);
  const light = (index) => {
    const near = new Set([index]);
    for (const line of lines) {
      const mine = index !== null && [line.dataset.from, line.dataset.to].includes(index);
      line.classList.toggle("hot", mine);
      line.classList.toggle("cold", index !== null && !mine);
      if (mine) { near.add(line.dataset.from); near.add(line.dataset.to); }
    }
    for (const table of tables) {
      table.classList.toggle("hot", table.dataset.table === index);
      table.classList.toggle("cold", index !== null && !near.has(table.dataset.table));
    }
  };
  for (const table of tables) {
    table.addEventListener("mouseenter", () => light(table.dataset.table));
    table.addEventListener("focus", () => light(table.dataset.table));
    table.addEventListener("mouseleave", () => light(null));
    table.addEventListener("blur", () => light(null));
  }
  const linked = (table) => lines.filter((line) => [line.dataset.from, line.dataset.to].includes(table.dataset.table)).length;
  const busiest = tables.reduce((best, table) => (linked(table) > linked(best) ? table : best), tables[0]);
  const place = busiest.getBoundingClientRect(), frame = drawing.getBoundingClientRect();
  drawing.scrollLeft = place.left + place.width / 2 - frame.left - frame.width / 2;
  drawing.scrollTop = place.top + place.height / 2 - frame.top - frame.height / 2;
  for (const link of all("a[data-show]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const table = one(`#er-${link.dataset.show}`);
      zoom(Math.max(scale, 0.8));
      table.scrollIntoView({ block: "center", inline: "center" });
      table.focus({ preventScroll: true });
    });
  }
}
