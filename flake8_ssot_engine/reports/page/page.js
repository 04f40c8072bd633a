// Draws the charts and filters the list. It makes text nodes only: whatever the data says is text.
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // ---- Charts ----

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const inks = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--s8"];
  const PAPER = 640; // pixels between the margins of a sheet
  const whole = new Intl.NumberFormat("en");
  const iso = (seconds) => new Date(seconds * 1000).toISOString();

  // A colour `part` of the way from one to another, both `#rrggbb`.
  function mixed(from, to, part) {
    const channel = (at) => Math.round(parseInt(from.slice(at, at + 2), 16) * (1 - part) + parseInt(to.slice(at, at + 2), 16) * part);
    return `rgb(${channel(1)}, ${channel(3)}, ${channel(5)})`;
  }

  // Series are drawn from the top of the stack to its foot, each over the one before.
  function stacked(values, isShown) {
    const sums = new Array(values.length);
    let below = null;
    for (let i = 0; i < values.length; i++) {
      if (!isShown[i]) {
        sums[i] = values[i].map(() => null);
        continue;
      }
      const base = below;
      sums[i] = values[i].map((value, at) => (value === null ? null : value + (base ? base[at] : 0)));
      below = sums[i];
    }
    return sums;
  }

  function draw(chart, place) {
    const ahead = chart.ahead;
    const later = ahead ? ahead.times.slice(1) : [];
    const times = chart.times.concat(later);
    const pad = (values) => values.concat(later.map(() => null));
    const values = chart.series.map((series) => pad(series.values));
    const isShown = values.map(() => true);
    const count = values.length;
    const lead = chart.times.slice(0, -1).map(() => null);
    const lines = ahead ? ["slow", "fast", "mid"].map((name) => lead.concat(ahead[name])) : [];
    // uPlot's series: [times, top of the stack ... foot, slow, fast, mid]
    const laidOut = () => [times, ...stacked(values, isShown).reverse(), ...lines];
    const original = (index) => count - index;

    const series = [{ label: "Date (UTC)", value: (u, time) => (time == null ? "–" : iso(time).slice(0, 16).replace("T", " ")) }];
    for (let index = 1; index <= count; index++) {
      const own = original(index);
      const ink = colour(inks[own % inks.length]);
      series.push({
        label: chart.series[own].name,
        stroke: ink,
        fill: mixed(ink, colour("--ground"), 0.45),
        width: 1.5,
        points: { show: chart.times.length < 2 },
        value: (u, _, __, at) => (at == null || values[own][at] === null ? "–" : whole.format(values[own][at])),
      });
    }
    const faint = colour("--quiet");
    const rounded = (u, value, _, at) => (value == null || at < chart.times.length ? "–" : whole.format(Math.round(value)));
    if (ahead) {
      const look = { points: { show: false }, value: rounded, stroke: faint, dash: [2, 4], width: 1 };
      series.push({ ...look, label: "slowest" }, { ...look, label: "fastest" });
      series.push({ ...look, label: "projected", dash: [6, 4], width: 2, stroke: colour("--ink") });
    }
    const axis = { stroke: faint, grid: { stroke: colour("--rule"), width: 1 }, ticks: { stroke: colour("--rule"), width: 1 }, font: "12px system-ui, sans-serif" };
    const latest = chart.times.length - 1;
    const room = root.classList.contains("paper") ? PAPER : Math.max(220, place.clientWidth);
    let isStacking = false;
    const u = new uPlot(
      {
        width: room,
        height: room < 480 ? 220 : room > 800 ? 320 : 260,
        padding: [null, 28, null, null],
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        scales: {
          x: { range: (u, low, high) => (low === high ? [low - 43200, high + 43200] : [low, high]) },
          y: { range: (u, low, high) => [0, Math.max(1, high || 0) * 1.05] },
        },
        axes: [
          { ...axis, space: 90, values: (u, splits, _, __, step) => splits.map((time) => (step < 86400 ? iso(time).slice(5, 16).replace("T", " ") : iso(time).slice(0, 10))) },
          { ...axis, size: 56, values: (u, splits) => splits.map((value) => (Number.isInteger(value) ? whole.format(value) : "")) },
        ],
        bands: ahead ? [{ series: [count + 1, count + 2], fill: faint + "2e" }] : [],
        cursor: { y: false, drag: { x: true, y: false } },
        series,
        hooks: {
          setSeries: [
            (u, index, options) => {
              if (isStacking || index == null || index < 1 || index > count || options.show == null) return;
              isStacking = true;
              isShown[original(index)] = options.show;
              u.setData(laidOut(), false);
              u.redraw();
              isStacking = false;
            },
          ],
          // Where nothing is pointed at, the legend tells of the latest point.
          setCursor: [(u) => u.cursor.idx == null && u.setLegend({ idx: latest }, false)],
          ready: [(u) => u.setLegend({ idx: latest })],
          draw: [(u) => drawDeadline(u, chart.deadline)],
        },
      },
      laidOut(),
      place,
    );
    place.querySelectorAll(".u-legend .u-series th").forEach((label, index) => {
      if (!index) return;
      label.tabIndex = 0;
      label.setAttribute("role", "button");
      label.title = "show or hide";
      label.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        u.setSeries(index, { show: !u.series[index].show });
      });
    });
    return u;
  }

  function drawDeadline(u, deadline) {
    if (!deadline || deadline < u.scales.x.min || deadline > u.scales.x.max) return;
    const at = u.valToPos(deadline, "x", true);
    const { ctx, bbox } = u;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour("--bad");
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = at > bbox.left + bbox.width / 2 ? "right" : "left";
    ctx.fillText(" deadline ", at, bbox.top + 14 * devicePixelRatio);
    ctx.restore();
  }

  const charts = new Map(data.charts.map((chart) => [chart.id, chart]));
  const drawn = new Map();
  const places = [...document.querySelectorAll(".plot")];

  function drawAll() {
    for (const place of places) {
      if (drawn.has(place)) drawn.get(place).destroy();
      drawn.set(place, draw(charts.get(place.dataset.chart), place));
    }
  }

  function move(place, key) {
    const u = drawn.get(place);
    const last = u.data[0].length - 1;
    const at = u.cursor.idx;
    const steps = { ArrowLeft: at == null ? last : at - 1, ArrowRight: at == null ? 0 : at + 1, Home: 0, End: last };
    if (key === "Escape") {
      u.setCursor({ left: -10, top: -10 });
      u.setScale("x", { min: u.data[0][0], max: u.data[0][last] });
      return true;
    }
    if (!(key in steps)) return false;
    const to = Math.min(last, Math.max(0, steps[key]));
    u.setCursor({ left: u.valToPos(u.data[0][to], "x"), top: u.over.clientHeight / 2 });
    const told = u.series.map((series, index) => [series.label, series.value(u, u.data[index][to], index, to)]);
    place.nextElementSibling.textContent = told.filter(([, value]) => value !== "–").map((pair) => pair.join(" ")).join(", ");
    return true;
  }

  for (const place of places) {
    place.addEventListener("keydown", (event) => {
      if (event.target === place && !event.ctrlKey && !event.metaKey && move(place, event.key)) event.preventDefault();
    });
  }
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  let width = innerWidth;
  let timer = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(drawAll, 120);
  });
  // On paper all is light, and as wide as a sheet.
  addEventListener("beforeprint", () => {
    root.classList.add("paper");
    drawAll();
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    drawAll();
  });

  // ---- The list ----

  const form = document.getElementById("filters");
  if (!form) return;
  const PAGE = 100;
  const ON_PAPER = 1000;
  const NONE = "(none)";
  const work = data.work;
  const text = (number) => work.strings[number];
  const files = work.files.map(([path, phase, part, migration, owners]) => ({
    path: text(path), phase: text(phase), package: text(part), migration: text(migration), owner: owners.map(text),
  }));
  const whats = work.whats.map((row) => {
    const [code, told, hint, fix, tone] = row.map(text);
    return { code, told, hint, fix, tone: tone || "by hand" };
  });
  const total = work.rows.length / 4;
  const fileOf = new Uint32Array(total);
  for (let i = 0, file = 0; i < total; i++) {
    file += work.rows[4 * i];
    fileOf[i] = file;
  }
  const whatOf = (i) => whats[work.rows[4 * i + 3] >> 1];
  const choices = {
    migration: (i) => [files[fileOf[i]].migration],
    phase: (i) => [files[fileOf[i]].phase],
    code: (i) => [whatOf(i).code],
    owner: (i) => (files[fileOf[i]].owner.length ? files[fileOf[i]].owner : [NONE]),
    package: (i) => [files[fileOf[i]].package || NONE],
    fix: (i) => [whatOf(i).tone],
  };
  const searched = (parts) => parts.join("\n").toLowerCase();
  const fileTexts = files.map((file) => searched([file.path, file.phase, file.package, ...file.owner]));
  const whatTexts = whats.map((what) => searched([what.code, what.told, what.hint, what.fix]));

  for (const select of form.querySelectorAll("select")) {
    const counts = new Map();
    for (let i = 0; i < total; i++) for (const name of choices[select.name](i)) counts.set(name, (counts.get(name) || 0) + 1);
    const names = [...counts.keys()];
    if (select.name !== "phase") names.sort();
    for (const name of names) select.append(element("option", { value: name }, `${name} (${whole.format(counts.get(name))})`));
    select.closest("label").hidden = names.length < 2;
  }

  let found = [];
  let page = 0;
  const body = document.querySelector("#list tbody");
  const pager = document.getElementById("pager");
  const where = pager.querySelector("span");
  const [back, on] = pager.querySelectorAll("button");
  const leftOut = document.getElementById("count").textContent.split(";").slice(1).join(";");

  function filter() {
    const wanted = [...form.querySelectorAll("select")].filter((select) => select.value);
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const inFile = words.map((word) => fileTexts.map((told) => told.includes(word)));
    const inWhat = words.map((word) => whatTexts.map((told) => told.includes(word)));
    found = [];
    for (let i = 0; i < total; i++) {
      const what = work.rows[4 * i + 3] >> 1;
      if (words.every((_, w) => inFile[w][fileOf[i]] || inWhat[w][what]) &&
          wanted.every((select) => choices[select.name](i).includes(select.value))) found.push(i);
    }
    show(0);
  }

  // Code, that may be broken after a separator.
  function code(told) {
    const made = element("code", {});
    told.split(/(?<=[./_])(?=[\p{L}\p{N}_])/u).forEach((part, at) => made.append(...(at ? [element("wbr", {}), part] : [part])));
    return made;
  }

  function ticked(told) {
    return told.split("`").map((part, at) => (at % 2 ? code(part) : part));
  }

  function row(i) {
    const file = files[fileOf[i]];
    const what = whatOf(i);
    const [, line, column, last] = work.rows.slice(4 * i, 4 * i + 4);
    const head = element("th", { scope: "row" }, code(`${file.path}:${line}:${column}`));
    const meta = [file.package, file.owner.join(", ")].filter(Boolean).join(" · ");
    if (meta) head.append(element("span", { className: "line quiet" }, meta));
    const said = element("td", {}, element("b", {}, what.code), " ", ...ticked(what.told));
    if (last & 1) said.append(" ", element("span", { className: "tag" }, "baselined"));
    const instead = element("td", {});
    if (what.hint) instead.append(code(what.hint));
    instead.append(element("span", { className: `line ${what.tone}` }, ...ticked(what.fix)));
    return element("tr", {}, head, said, instead, element("td", {}, file.phase));
  }

  function show(to, most = PAGE) {
    page = to;
    const first = page * PAGE;
    const some = found.slice(first, first + most);
    body.replaceChildren(...some.map(row));
    document.getElementById("count").textContent =
      `${whole.format(found.length)} of ${whole.format(total)} entries, in the order of the phases` + (leftOut ? `;${leftOut}` : ".");
    where.textContent = some.length ? `${whole.format(first + 1)} to ${whole.format(first + some.length)} of ${whole.format(found.length)}` : "none";
    back.disabled = page === 0;
    on.disabled = first + PAGE >= found.length;
    pager.hidden = found.length <= PAGE;
  }

  let typing = 0;
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, 80);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  pager.addEventListener("click", (event) => {
    if (event.target !== back && event.target !== on) return;
    show(event.target === back ? page - 1 : page + 1);
    document.getElementById("list").scrollIntoView();
  });
  for (const link of document.querySelectorAll("a[data-filter]")) {
    link.addEventListener("click", () => {
      const select = form.elements[link.dataset.filter];
      if (!select) return;
      form.reset();
      select.value = link.dataset.value;
      if (select.value !== link.dataset.value) select.value = "";
      filter();
    });
  }
  addEventListener("beforeprint", () => show(0, ON_PAPER));
  addEventListener("afterprint", () => show(0));
  form.hidden = false;
  filter();
})();
