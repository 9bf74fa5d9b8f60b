// A reader's own sentence inside an encoder. reading/worker.js computes; this module asks it and draws what comes back.

/** Named strips below each other, all in the same colours: `[name, vector, note]`. */
function strips(named) {
  const square = named.map(([, vector]) => vector.reduce((sum, x) => sum + x * x, 0) / vector.length);
  const limit = 3 * Math.sqrt(square.reduce((sum, x) => sum + x, 0) / named.length);
  return named.map(([name, vector, note = ""]) => {
    const strip = newStrip();
    drawStrip(strip, vector, limit, DIVERGING);
    return make("div", { class: "en-line" }, make("span", { class: "en-name" }, name), strip, make("span", {}, note));
  });
}

/** A word's cosine at each layer, beside what strangers score. */
function likeness(word, cosines, band) {
  const scale = (value) => `${(100 * (Math.max(value, -0.25) + 0.25)) / 1.25}%`;
  const lines = cosines.map((value, l) => {
    const [low, , high] = band ? band.words[l] : [];
    const bar = make("span", { class: "en-bar", "aria-hidden": "true" },
      ...(band ? [make("i", { style: `left: ${scale(low)}; right: calc(100% - ${scale(high)})` })] : []), make("b", { style: `left: ${scale(value)}` }));
    return make("tr", {}, make("th", { scope: "row" }, String(l)), make("td", {}, signed(value)), make("td", {}, bar),
      make("td", {}, band ? `${signed(low)} to ${signed(high)}` : ""));
  });
  const heads = ["Layer", "Cosine", "Drawn", band ? "Strangers" : ""].map((text) => make(text ? "th" : "td", text ? { scope: "col" } : {}, text));
  return make("table", { class: "en-same" },
    make("caption", {}, make("i", {}, word), ` in both sentences${band ? "; the grey band holds nine in ten pairs of random words" : ""}`),
    make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
}

const VIEW = `<div data-role="first"><p data-role="pair"></p></div>
<div class="i-controls"><div class="i-models" data-role="models"></div>
<p class="i-status" data-role="status"></p></div>
<div data-role="body" hidden>
<label class="en-field i-controls">Your sentence <input type="text" data-field="sentence"></label>
<div class="en-pieces" data-role="pieces" role="toolbar" aria-label="Pieces; arrow keys choose one"></div>
<section class="i-part" data-view="masked"><p class="i-title">The hidden word</p><div data-role="guesses"></div></section>
<section class="i-part" data-view="sum"><p class="i-title">What goes in: three vectors, added up</p><div data-role="sum"></div></section>
<section class="i-part" data-view="attention"><p class="i-title">Where each piece looks</p>
<p class="i-line i-controls"><label>Layer <select data-role="layer"></select></label><label>Head <select data-role="head"></select></label></p>
<p class="en-read i-small" data-role="read" role="status"></p><div class="en-scroll" data-role="grid"></div></section>
<section class="i-part" data-view="layers"><p class="i-title">The chosen piece, layer by layer</p><div data-role="deep"></div>
<p class="i-small">At the right: the cosine with the strip above.</p></section>
<section class="i-part" data-view="same"><p class="i-title">Is this the same word?</p>
<label class="en-field i-controls">Another sentence <input type="text" data-field="other"></label>
<p class="i-line i-controls"><label data-role="word-field">Word <select data-role="word"></select></label></p>
<div data-role="same"></div><p data-role="whole"></p></section>
</div>`;

function render({ model, el }) {
  const { strangers, models, layers: kept } = model.get("first");
  const role = build(el, VIEW);
  const [layer, head, word] = ["layer", "head", "word"].map(role);
  const pieces = role("pieces");
  const { say } = speaker(role);
  let about, name, runs = [], at = 1, timer;

  const reader = encoderWorker({ model, el, say });

  /** Show what a model, loaded now if need be, makes of the sentences. */
  async function use(wanted) {
    const found = await reader.open(wanted);
    if (!found) return;
    const begun = !about;
    name = wanted.name;
    about = found;
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(models[i] === wanted));
      if (reader.opened[models[i].name]) setText(button, `Ask ${models[i].title}`);
      button.hidden = models.length === 1;
    });
    role("first").hidden = true;
    role("body").hidden = false;
    const numbers = (count) => upTo(1, count).map((number) => make("option", { value: number - 1 }, `${number}`));
    layer.replaceChildren(...numbers(about.layers));
    head.replaceChildren(...numbers(about.heads));
    await compute();
    if (begun) fields.sentence.focus();
  }

  async function compute() {
    if (!about) return;
    const texts = [fields.sentence.value, fields.other.value];
    const asked = name;
    setText(role("status"), "Computing …");
    const done = await Promise.all(texts.map((text) => reader.ask({ task: "run", name, text: text.replace(/\[mask\]/gi, "[MASK]") })));
    if (texts[0] !== fields.sentence.value || texts[1] !== fields.other.value || asked !== name) return;
    runs = done;
    const { tokens, ms, left } = runs[0];
    const cut = left ? ` It was cut: ${grouped(left)} pieces at its end were not read.` : "";
    const mask = tokens.includes("[MASK]") && !about.masked ? ` ${about.name} was tuned for sentences and can guess no masked word.` : "";
    say(`${about.name[0].toUpperCase()}${about.name.slice(1)}: ${about.layers} layers, ${about.width} numbers a piece. This sentence of ${tokens.length} pieces took ${Math.round(ms)} ms on your machine.${cut}${mask}`);
    const wanted = wordsOf(runs[0]).get(String(model.get("word")).toLowerCase());
    at = wanted && at === 1 ? wanted[0] : Math.min(at, tokens.length - 1);
    const common = [...wordsOf(runs[0]).keys()].filter((each) => wordsOf(runs[1]).has(each));
    const chosen = common.includes(word.value) ? word.value : model.get("word");
    word.replaceChildren(...common.map((each) => make("option", each === chosen ? { selected: "" } : {}, each)));
    drawGuesses();
    drawPieces();
    drawAttention();
    drawSame();
  }

  /** For each [MASK] the five likeliest pieces, as bars. */
  function drawGuesses() {
    const run = runs[0];
    const percent = (chance) => `${(100 * chance).toFixed(1)}`;
    el.querySelector("[data-view=masked]").hidden = !about.masked || !model.get("show").includes("masked");
    role("guesses").replaceChildren(...run.guesses.flatMap((five, m) => [
      make("p", { class: "i-small" }, `For [MASK] number ${m + 1}, piece ${run.masks[m]} of the sentence:`),
      ...five.map(([piece, chance]) => make("div", { class: "en-line" }, make("span", { class: "en-name" }, piece),
        make("span", { class: "en-chance", "aria-hidden": "true", style: `width: ${percent(chance)}%` }), make("span", {}, `${percent(chance)} %`))),
    ]));
    if (!run.masks.length) role("guesses").append("Write [MASK] in the place of a word: the five likeliest words for it stand here.");
  }

  function choose(next) {
    at = next;
    drawPieces();
    pieces.children[at].focus();
  }

  function drawPieces() {
    const { tokens, sums, hidden } = runs[0], d = about.width;
    pieces.replaceChildren(...tokens.map((piece, t) => {
      const button = make("button", { type: "button", "aria-pressed": t === at, tabindex: t === at ? 0 : -1 }, piece);
      button.addEventListener("click", () => choose(t));
      return button;
    }));
    const three = sums.map((each) => row(each, at, d));
    const total = three[0].map((_, i) => three[0][i] + three[1][i] + three[2][i]);
    role("sum").replaceChildren(...strips([[`piece ${tokens[at]}`, three[0]], [`+ place ${at}`, three[1]], ["+ sentence", three[2]], ["= sum", total]]));
    role("deep").replaceChildren(...strips(hidden.map((states, l) => [
      l ? `layer ${l}` : "layer 0, the sum normed", row(states, at, d),
      l ? signed(cosine(row(states, at, d), row(hidden[l - 1], at, d))) : "",
    ])));
  }
  pieces.addEventListener("keydown", (event) => {
    const { length } = runs[0].tokens;
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: length - 1 - at }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose((at + step + length) % length);
  });

  function drawAttention() {
    const { tokens, looked } = runs[0], T = tokens.length;
    const shares = looked[layer.value || 0].subarray((head.value || 0) * T * T);
    const cells = tokens.map((from, t) => tokens.map((to, s) => {
      const share = shares[t * T + s];
      const cell = make("td", {
        role: "gridcell", tabindex: t + s ? -1 : 0, style: `--share: ${(100 * share).toFixed(1)}%`, "aria-label": `${from} from ${to}: ${signed(share)}`,
      });
      for (const event of ["focus", "pointerenter"]) {
        cell.addEventListener(event, () => setText(role("read"), `${from} takes ${signed(share)} of its vector from ${to}`));
      }
      return cell;
    }));
    const top = make("tr", {}, make("td"), ...tokens.map((piece) => make("th", { scope: "col" }, make("span", {}, piece))));
    const rows = tokens.map((piece, t) => make("tr", {}, make("th", { scope: "row" }, piece), ...cells[t]));
    const table = make("table", { role: "grid", class: "en-grid", "aria-label": "A row a piece: the shares that it takes from all pieces" }, top, ...rows);
    table.addEventListener("keydown", (event) => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      const t = cells.findIndex((line) => line.includes(event.target));
      if (!step || t < 0) return;
      event.preventDefault();
      const next = cells[t + step[0]]?.[cells[t].indexOf(event.target) + step[1]];
      if (!next) return;
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
    role("grid").replaceChildren(table);
    setText(role("read"), "Each row adds up to 1. Point at a cell, or go through them with the arrow keys.");
  }

  function drawSame() {
    const d = about.width, band = strangers[name];
    const wholes = runs.map(({ tokens, hidden }) => mean(tokens.map((_, t) => row(hidden[about.layers], t, d))));
    const usual = band ? ` Nine in ten pairs of random sentences score ${signed(band.sentences[0])} to ${signed(band.sentences[2])}.` : "";
    setText(role("whole"), `The two sentences as wholes (the mean of the last layer): ${signed(cosine(...wholes))}.${usual}`);
    role("word-field").hidden = !word.value;
    const cosines = () => runs[0].hidden.map((_, l) => cosine(...runs.map((run) => wordVector(run, word.value, l, d))));
    role("same").replaceChildren(word.value ? likeness(word.value, cosines(), band)
      : make("p", {}, "The two sentences have no word in common, so there is none to compare."));
  }

  const fields = {};
  const undo = [];
  for (const input of el.querySelectorAll("[data-field]")) {
    const key = input.dataset.field;
    fields[key] = input;
    input.value = model.get(key);
    input.autocomplete = "off";
    input.spellcheck = false;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { put(model, { [key]: input.value }); compute(); }, 250);
    });
    const show = () => {
      if (input.value !== model.get(key)) { input.value = model.get(key); compute(); }
    };
    undo.push(follow(model, { [key]: show }));
  }
  for (const section of el.querySelectorAll("[data-view]")) {
    section.setAttribute("aria-label", section.firstElementChild.textContent);
    section.hidden = !model.get("show").includes(section.dataset.view);
  }
  for (const select of [layer, head]) select.addEventListener("change", drawAttention);
  word.addEventListener("change", drawSame);
  const buttons = reader.buttons(models, use);
  role("models").append(...buttons);
  writeSentence(role("pair"), ["What MiniLM makes of two sentences: ", model.get("sentence"), " ", model.get("other"), ""]);
  if (kept.length) role("first").append(likeness(model.get("word"), kept, strangers.minilm));
  setText(role("status"), models.length ? "Load a model, once, and it reads your own sentences here."
    : "The models that would read your own sentences are not on this machine: their assets are minilm-l6 and miniature-bert.");
  return () => {
    clearTimeout(timer);
    undo.forEach((each) => each());
    reader.end();
  };
}

export default { render };
