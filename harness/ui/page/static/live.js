// Charts and tables of the test that runs, or ran last; asked for every two seconds.
"use strict";
const CHARTS = [
  { key: "exec_us_per_call", title: "Execution per call", word: duration },
  { key: "blocks_per_call", title: "Blocks per call", word: amount },
  { key: "wal_bytes_per_call", title: "WAL per call", word: bytes },
  { key: "calls_per_s", title: "Calls per second", word: amount },
];
const LEFT = 66, RIGHT = 414, TOP = 10, BOTTOM = 170, HEIGHT = 192;
const COLOURS = 8;
let samples = [], lanes = new Map(), pointed = null;

function amount(value) { return value == null ? "–" : value >= 100 ? Math.round(value).toLocaleString("en") : `${+value.toPrecision(3)}`; }
function duration(us) { return us == null ? "–" : us < 1e3 ? `${amount(us)} µs` : us < 1e6 ? `${+(us / 1e3).toPrecision(3)} ms` : `${+(us / 1e6).toPrecision(3)} s`; }
function bytes(value) {
  if (value == null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  while (Math.abs(value) >= 1000 && units.length > 1) { value /= 1000; units.shift(); }
  return `${amount(value)} ${units[0]}`;
}
function share(value) { return value == null ? "–" : `${+(100 * value).toPrecision(4)} %`; }
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
function drawn(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text != null) made.textContent = text;
  return made;
}
// eight colours, then the same dashed, then dotted
function laneOf(operation) {
  if (!lanes.has(operation)) lanes.set(operation, `lane${(lanes.size % COLOURS) + 1} dash${Math.floor(lanes.size / COLOURS)}`);
  return lanes.get(operation);
}
function lineOf(operation, d) {
  const dim = pointed && pointed !== operation ? " dim" : "";
  return drawn("path", { class: `${laneOf(operation)}${dim}`, d });
}
function swatchOf(operation) {
  const swatch = drawn("svg", { class: "lines swatch-line", viewBox: "0 0 24 8", "aria-hidden": "true" });
  swatch.append(drawn("path", { class: laneOf(operation), d: "M0 4L24 4" }));
  return swatch;
}
function point(operation) { pointed = operation; draw(); }

function step(most) {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5, 10].map((times) => times * power).find((one) => most / one <= 5);
}

function chart({ key, title, word }) {
  const series = new Map();
  for (const { at_s, operations } of samples)
    for (const [name, row] of Object.entries(operations))
      if (row[key] != null) (series.get(name) ?? series.set(name, []).get(name)).push([at_s, row[key]]);
  const highest = Math.max(0, ...[...series.values()].flat().map(([, value]) => value));
  const picture = drawn("svg", { class: "lines", viewBox: `0 0 420 ${HEIGHT}`, role: "img", "aria-label": `${title} of each operation over the window` });
  const figure = element("figure", {}, element("figcaption", { textContent: title }), picture);
  if (!highest) {
    picture.append(drawn("text", { x: 230, y: HEIGHT / 2, class: "mid" }, samples.length ? "none in this test" : "starts with the window"));
    return figure;
  }
  const every = step(highest), most = every * (Math.floor(highest / every) + 1), last = samples.at(-1).at_s;
  const x = (at) => LEFT + ((RIGHT - LEFT) * at) / last, y = (value) => BOTTOM - ((BOTTOM - TOP) * value) / most;
  for (let tick = 0; tick <= most * 1.001; tick += every) {
    picture.append(drawn("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(tick), y2: y(tick) }));
    picture.append(drawn("text", { x: LEFT - 6, y: y(tick) + 3, class: "end" }, tick ? word(tick) : "0"));
  }
  picture.append(drawn("text", { x: LEFT, y: HEIGHT - 7 }, "0"), drawn("text", { x: RIGHT, y: HEIGHT - 7, class: "end" }, `${Math.round(last)} s`));
  for (const [name, points] of series)
    picture.append(lineOf(name, "M" + points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("L")));
  return figure;
}

function table(rows) {
  const cells = (row) => [amount(row.calls), amount(row.calls_per_s), duration(row.exec_us_per_call), duration(row.plan_us_per_call), amount(row.blocks_per_call), bytes(row.wal_bytes_per_call), share(row.hit_share)];
  document.querySelector("#operations tbody").replaceChildren(
    ...rows.map((row) => element("tr", { onmouseenter: () => point(row.name), onmouseleave: () => point(null) }, element("th", { scope: "row" }, swatchOf(row.name), row.name), ...cells(row).map((text) => element("td", { className: "number", textContent: text })))),
  );
}

function tiles(cache) {
  const told = [["PostgreSQL's cache hits", share(cache.postgres_hit_share)], ["Redis's key hits", share(cache.redis_hit_share)], ["Redis commands", amount(cache.redis_commands)], ["WAL in all", bytes(cache.wal_bytes)], ["checkpoints", amount(cache.checkpoints)]];
  document.getElementById("tiles").replaceChildren(...told.map(([name, text]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text }))));
}

function deliveries(counted, isWhole) {
  const place = document.getElementById("deliveries");
  if (!counted) { place.replaceChildren(element("p", { className: "soft", textContent: "None in this test: the scenario Fanout is the one that delivers." })); return; }
  const { expected, received, lost, late, duplicated } = counted;
  const bar = element("div", { className: "stack" });
  for (const [name, count] of [["received", received - late], ["late", late], ["lost", lost]]) {
    const part = element("i", { className: name, title: `${name}: ${count}` });
    part.style.width = `${(100 * count) / expected}%`;
    bar.append(part);
  }
  const told = [["expected", expected], ["received", received], ["on their way", isWhole ? 0 : expected - received - lost], ["lost", lost], ["late", late], ["came twice", duplicated]];
  place.replaceChildren(bar, element("dl", { className: "tiles" }, ...told.map(([name, count]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: amount(count) })))));
}

function draw() { document.getElementById("charts").replaceChildren(...CHARTS.map(chart)); }

async function show() {
  const after = samples.length ? samples.at(-1).at_s : -1;
  const told = await (await fetch(`/cockpit/live.json?after=${after}`)).json();
  if (told.test !== show.test) { show.test = told.test; samples = []; lanes = new Map(); return show(); }
  samples.push(...told.samples);
  for (const { name } of told.rows) laneOf(name);
  draw();
  if (!pointed) table(told.rows);
  tiles(told.cache);
  deliveries(told.deliveries ?? told.counted, Boolean(told.deliveries));
  const note = document.getElementById("note");
  note.hidden = !told.note;
  note.textContent = told.note ?? "";
}
setInterval(() => show().catch(() => {}), 2000);
show().catch(() => {});
