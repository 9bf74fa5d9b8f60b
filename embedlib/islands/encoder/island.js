// A reader's own sentence inside an encoder. worker.js computes; this module asks it and draws what comes back.

/** An element with its properties and what stands in it. */
function make(tag, properties = {}, ...inside) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key in el && key !== "role") el[key] = value;
    else el.setAttribute(key, value);
  }
  el.append(...inside);
  return el;
}

const shown = (value) => value.toFixed(2).replace("-", "−").replace("−0.00", "0.00");
const row = (matrix, at, d) => matrix.subarray(at * d, (at + 1) * d);
const mean = (rows) => rows[0].map((_, i) => rows.reduce((sum, each) => sum + each[i], 0) / rows.length);

function cosine(u, v) {
  let uv = 0, uu = 0, vv = 0;
  for (let i = 0; i < u.length; i++) { uv += u[i] * v[i]; uu += u[i] * u[i]; vv += v[i] * v[i]; }
  return uv / Math.sqrt(uu * vv) || 0;
}

/** The words of a run, in lower case: for each the pieces of its first occurrence. */
function wordsOf({ tokens, owner }) {
  const groups = [];
  tokens.forEach((piece, t) => {
    if (owner[t] >= 0) (groups[owner[t]] ??= []).push(t);
  });
  const found = new Map();
  for (const group of groups.filter(Boolean)) {
    const word = group.map((t) => tokens[t].replace(/^##/, "")).join("");
    if (/[\p{L}\p{N}]/u.test(word) && !found.has(word)) found.set(word, group);
  }
  return found;
}

/** A vector as a strip: a column a number, orange below zero and purple above. */
function strip(vector, limit) {
  const canvas = make("canvas", { width: vector.length, height: 1, className: "en-strip" });
  const picture = new ImageData(vector.length, 1);
  vector.forEach((value, i) => {
    const strength = Math.min(Math.abs(value) / limit, 1);
    const end = value < 0 ? [230, 97, 1] : [94, 60, 153];
    picture.data.set([...end.map((c) => 255 - strength * (255 - c)), 255], i * 4);
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

const limitOf = (vectors) => 3 * Math.sqrt(mean(vectors.map((v) => [v.reduce((sum, x) => sum + x * x, 0) / v.length]))[0]);

/** Named strips below each other, all in the same colours. */
function strips(named) {
  const limit = limitOf(named.map(([, vector]) => vector));
  return named.map(([name, vector, note]) => {
    const drawn = strip(vector, limit);
    drawn.ariaHidden = "true";
    return make("div", { className: "en-line" }, make("span", { className: "en-name" }, name), drawn, make("span", {}, note || ""));
  });
}

function render({ model, el }) {
  showStatic(model, el);
  const find = (name) => el.querySelector(`[data-role="${name}"]`);
  const place = find("models");
  if (!place.dataset.strangers) return;
  place.hidden = false;
  const strangers = JSON.parse(place.dataset.strangers);
  const status = find("status");
  const body = make("div", { hidden: true });
  place.after(body);
  let worker, about, name, models = {}, runs = [], at = 1, turn = 0, timer;
  const waiting = new Map();

  function ask(task) {
    return new Promise((resolve, reject) => {
      waiting.set(++turn, { resolve, reject });
      worker.postMessage({ id: turn, ...task });
    });
  }

  /** Fetch the model's scripts one by one, put them together and hand them to the worker. */
  async function load(button) {
    if (models[button.dataset.model]) return use(button);
    button.disabled = true;
    try {
      if (!worker) {
        worker = await startWorker(model);
        worker.onmessage = ({ data }) => {
          const { resolve, reject } = waiting.get(data.id);
          waiting.delete(data.id);
          if (data.error) reject(new Error(data.error));
          else resolve(data.result);
        };
      }
      const parts = [];
      for (let i = 0; i < Number(button.dataset.parts); i++) {
        setText(status, `Loading: part ${i + 1} of ${button.dataset.parts} …`);
        parts.push(await requestPart(model, `${button.dataset.model}-${i}`));
      }
      const bytes = await gunzip(new Uint8Array(await new Blob(parts).arrayBuffer()));
      name = button.dataset.model;
      about = models[name] = await ask({ task: "load", name, bytes });
    } catch (reason) {
      setText(status, `The model could not be loaded: ${reason.message}. Try again.`);
      button.disabled = false;
      return;
    }
    button.disabled = false;
    await use(button);
    first.focus();
  }

  /** Show what a loaded model makes of the sentences. */
  async function use(button) {
    name = button.dataset.model;
    about = models[name];
    for (const each of place.querySelectorAll("button")) {
      each.ariaPressed = String(each === button);
      if (models[each.dataset.model]) each.textContent = `Ask ${models[each.dataset.model].name}`;
      each.hidden = Boolean(models[each.dataset.model]) && Object.keys(models).length === 1;
    }
    find("static").hidden = true;
    body.hidden = false;
    layer.replaceChildren(...Array.from({ length: about.layers }, (_, i) => make("option", { value: i }, `${i + 1}`)));
    head.replaceChildren(...Array.from({ length: about.heads }, (_, i) => make("option", { value: i }, `${i + 1}`)));
    await compute();
  }

  // ---------------------------------------------------------------- what stands in the page

  const field = (label, key) => {
    const input = make("input", { type: "text", value: model.get(key), autocomplete: "off", spellcheck: false });
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { model.set(key, input.value); model.save_changes(); compute(); }, 250);
    });
    model.on(`change:${key}`, () => {
      if (input.value !== model.get(key)) { input.value = model.get(key); compute(); }
    });
    return [input, make("label", { className: "en-field" }, label, input)];
  };
  const [first, firstField] = field("Your sentence", "sentence");
  const [second, secondField] = field("Another sentence", "other");
  const choice = (label, draw) => {
    const select = make("select", { onchange: draw });
    return [select, make("label", {}, `${label} `, select)];
  };
  const [layer, layerField] = choice("Layer", () => drawAttention());
  const [head, headField] = choice("Head", () => drawAttention());
  const [word, wordField] = choice("Word", () => drawSame());
  const guesses = make("div");
  const pieces = make("div", { className: "en-pieces", role: "toolbar", ariaLabel: "Pieces; arrow keys choose one" });
  const sum = make("div"), grid = make("div", { className: "en-scroll" }), deep = make("div"), same = make("div");
  const read = make("p", { className: "en-read", role: "status" });
  const part = (key, title, ...inside) =>
    (model.get("show").includes(key) ? [make("section", { ariaLabel: title }, make("p", { className: "en-title" }, title), ...inside)] : []);
  body.append(
    firstField, pieces,
    ...part("masked", "The hidden word", guesses),
    ...part("sum", "What goes in: three vectors, added up", sum),
    ...part("attention", "Where each piece looks", make("div", { className: "en-choices" }, layerField, headField), read, grid),
    ...part("layers", "The chosen piece, layer by layer", deep),
    ...part("same", "Is this the same word?", secondField, wordField, same),
  );

  async function compute() {
    if (!about) return;
    const texts = [first.value, second.value];
    const asked = name;
    setText(status, "Computing …");
    const done = await Promise.all(texts.map((text) => ask({ task: "run", name, text: text.replace(/\[mask\]/gi, "[MASK]") })));
    if (texts[0] !== first.value || texts[1] !== second.value || asked !== name) return;
    runs = done;
    const { tokens, ms, left } = runs[0];
    const cut = left ? ` It was cut: ${left.toLocaleString("en")} pieces at its end were not read.` : "";
    const mask = tokens.includes("[MASK]") && !about.masked ? ` ${about.name} was tuned for sentences and can guess no masked word.` : "";
    setText(status, `${about.name}: ${about.layers} layers, ${about.width} numbers a piece. This sentence of ${tokens.length} pieces took ${Math.round(ms)} ms on your machine.${cut}${mask}`);
    const wanted = wordsOf(runs[0]).get(String(model.get("word")).toLowerCase());
    at = wanted && at === 1 ? wanted[0] : Math.min(at, tokens.length - 1);
    const common = [...wordsOf(runs[0]).keys()].filter((each) => wordsOf(runs[1]).has(each));
    const kept = common.includes(word.value) ? word.value : model.get("word");
    word.replaceChildren(...common.map((each) => make("option", { selected: each === kept }, each)));
    drawGuesses();
    drawPieces();
    drawAttention();
    drawSame();
  }

  /** For each [MASK] the five likeliest pieces, as bars. */
  function drawGuesses() {
    const run = runs[0];
    if (guesses.parentNode) guesses.parentNode.hidden = !about.masked;
    guesses.replaceChildren(...run.guesses.flatMap((five, m) => [
      make("p", { className: "en-note" }, `For [MASK] number ${m + 1}, piece ${run.masks[m]} of the sentence:`),
      ...five.map(([piece, chance]) => make("div", { className: "en-line" }, make("span", { className: "en-name" }, piece),
        make("span", { className: "en-chance", ariaHidden: "true", style: `width: ${100 * chance}%` }), make("span", {}, `${(100 * chance).toFixed(1)} %`))),
    ]));
    if (!run.masks.length) guesses.replaceChildren(make("p", {}, "Write [MASK] in the place of a word: the five likeliest words for it stand here."));
  }

  function choose(next, focus) {
    at = next;
    drawPieces();
    if (focus) pieces.children[at].focus();
  }

  function drawPieces() {
    const { tokens, sums, hidden } = runs[0], d = about.width;
    pieces.replaceChildren(...tokens.map((piece, t) => make("button", {
      type: "button", ariaPressed: String(t === at), tabIndex: t === at ? 0 : -1, onclick: () => choose(t, true),
    }, piece)));
    const three = sums.map((each) => row(each, at, d));
    const total = three[0].map((_, i) => three[0][i] + three[1][i] + three[2][i]);
    sum.replaceChildren(...strips([[`piece ${tokens[at]}`, three[0]], [`+ place ${at}`, three[1]], ["+ sentence", three[2]], ["= sum", total]]));
    deep.replaceChildren(...strips(hidden.map((states, l) => [
      l ? `layer ${l}` : "layer 0, the sum normed", row(states, at, d),
      l ? shown(cosine(row(states, at, d), row(hidden[l - 1], at, d))) : "",
    ])), make("p", { className: "en-note" }, "At the right: the cosine with the strip above."));
  }
  pieces.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: runs[0].tokens.length - 1 - at }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose((at + step + runs[0].tokens.length) % runs[0].tokens.length, true);
  });

  function drawAttention() {
    const { tokens, looked } = runs[0], T = tokens.length;
    const shares = looked[layer.value || 0].subarray((head.value || 0) * T * T);
    const say = (t, s) => setText(read, `${tokens[t]} takes ${shown(shares[t * T + s])} of its vector from ${tokens[s]}`);
    const cells = tokens.map((_, t) => tokens.map((_, s) => make("td", {
      role: "gridcell", tabIndex: t + s ? -1 : 0, style: `--share: ${(100 * shares[t * T + s]).toFixed(1)}%`,
      ariaLabel: `${tokens[t]} from ${tokens[s]}: ${shown(shares[t * T + s])}`,
      onfocus: () => say(t, s), onpointerenter: () => say(t, s),
    })));
    const top = make("tr", {}, make("td"), ...tokens.map((piece) => make("th", { scope: "col" }, make("span", {}, piece))));
    const rows = tokens.map((piece, t) => make("tr", {}, make("th", { scope: "row" }, piece), ...cells[t]));
    const table = make("table", { role: "grid", className: "en-grid", ariaLabel: "A row a piece: the shares that it takes from all pieces" }, top, ...rows);
    table.addEventListener("keydown", (event) => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      const t = cells.findIndex((line) => line.includes(document.activeElement));
      if (!step || t < 0) return;
      event.preventDefault();
      const s = cells[t].indexOf(document.activeElement);
      const next = cells[t + step[0]]?.[s + step[1]];
      if (!next) return;
      cells[t][s].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
    grid.replaceChildren(table);
    setText(read, "Each row adds up to 1. Point at a cell, or go through them with the arrow keys.");
  }

  function drawSame() {
    const [one, other] = runs, d = about.width, band = strangers[name];
    const usual = (of) => (band ? ` Nine in ten pairs of random sentences score ${shown(of[0])} to ${shown(of[2])}.` : "");
    const lengths = runs.map(({ tokens }) => tokens.length);
    const whole = cosine(...runs.map((run, i) => mean(Array.from({ length: lengths[i] }, (_, t) => row(run.hidden[about.layers], t, d)))));
    const likeness = make("p", { className: "en-whole" }, `The two sentences as wholes (the mean of the last layer): ${shown(whole)}.${usual(band?.sentences)}`);
    wordField.hidden = !word.value;
    if (!word.value) {
      same.replaceChildren(make("p", {}, "The two sentences have no word in common, so there is none to compare."), likeness);
      return;
    }
    const vector = (run, l) => mean(wordsOf(run).get(word.value).map((t) => row(run.hidden[l], t, d)));
    const scale = (value) => `${(100 * (Math.max(value, -0.25) + 0.25)) / 1.25}%`;
    const lines = one.hidden.map((_, l) => {
      const [low, , high] = band ? band.words[l] : [];
      const value = cosine(vector(one, l), vector(other, l));
      const bar = make("span", { className: "en-bar", ariaHidden: "true" },
        ...(band ? [make("i", { style: `left: ${scale(low)}; right: calc(100% - ${scale(high)})` })] : []), make("b", { style: `left: ${scale(value)}` }));
      return make("tr", {}, make("th", { scope: "row" }, String(l)), make("td", {}, shown(value)), make("td", {}, bar), make("td", {}, band ? `${shown(low)} to ${shown(high)}` : ""));
    });
    const heads = ["Layer", "Cosine", "", band ? "Strangers" : ""].map((text) => make("th", { scope: "col" }, text));
    same.replaceChildren(make("table", { className: "en-same" },
      make("caption", {}, `${word.value} in both sentences${band ? "; the grey band holds nine in ten pairs of random words" : ""}`),
      make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines)), likeness);
  }

  for (const button of place.querySelectorAll("button")) button.addEventListener("click", () => load(button));
}

export default { render };
