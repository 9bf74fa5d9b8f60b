// Skip-gram, trained in the page. method.js computes, map.js lays out the map; this module runs them and shows all.

const NEIGHBOURS = 6;
const BESIDE = 2;
const FAVOURITES = ["tea", "cat"];
const TITLES = { "made-up": "Made-up sentences", rhyme: "The House That Jack Built", own: "Your own text" };
const RESTARTS = ["corpus", "text", "seed", "window", "negatives", "dimensions", "one_matrix", "lose_repeats"];
const FRAME = 10; // milliseconds of training in one frame, so that the page stays quick
const CALM = 1000; // milliseconds between pictures for readers who want no movement

const part = (label, html, more = "") => `<div class="i-part${more}" role="group" aria-label="${label}">
<p class="i-title">${label}</p>${html}</div>`;
const options = (values, name = String) => values.map((value) => `<option value="${value}">${name(value)}</option>`).join("");
const select = (key, label, values, name) => `<label>${label} <select data-option="${key}">${options(values, name)}</select></label>`;
const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const tick = (key, label) => `<label class="sg-tick"><input type="checkbox" data-option="${key}"> ${label}</label>`;

const VIEW = `<div class="sg-controls i-controls" role="group" aria-label="Training">
<button type="button" data-role="step">Step</button>
<button type="button" data-role="play">Play</button>
<button type="button" data-role="thousand" aria-label="1,000 steps at once">+1,000</button>
<button type="button" data-role="restart" aria-label="Start again from step 0">Restart</button>
<label>Speed <select data-role="speed">${options([1, 4, 50, 1000, 10000], (steps) => `${grouped(steps)} a second`)}</select></label>
<p class="sg-count" data-role="count"></p></div>
<div class="i-part" role="group" aria-label="One step"><p class="i-title" data-role="heading">·</p>
<p class="sg-sentence" data-role="sentence"></p><p data-role="pair"></p>
<table class="sg-formula"><caption>loss = −log σ(u·v) − Σ log σ(−u·v<sub>negative</sub>)</caption>
<thead><tr>${["v of (label)", "u·v", "σ(u·v)", "σ − label", "loss", "u·v after"].map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody data-role="formula"></tbody>
<tfoot><tr><th scope="row">sum</th><td></td><td></td><td></td><td data-role="loss">·</td><td></td></tr></tfoot></table>
<p class="sg-remark" data-role="remark"></p></div>
${part("What the step changes", `<p>Each v becomes v − η · (σ − label) · u, and u becomes u − η · Σ (σ − label) · v over all rows above,
with the learning rate η = <span data-role="rate">·</span>.
<label class="sg-tick i-controls"><input type="checkbox" data-role="digits"> show numbers</label></p>
<table class="sg-changes" data-role="changes-table"><thead><tr><th scope="col">vector</th><th scope="col">before</th>
<th scope="col">change <span data-role="change-limit">·</span></th><th scope="col">after</th></tr></thead><tbody data-role="changes"></tbody></table>`)}
${part("All the vectors", `<p>Beside each word its row of U, as a centre word, then its row of V, as a context.
<span data-role="shared-rows">They are the same rows now.</span>
The rows of this step are marked: <span class="sg-mark sg-centre">centre</span>,
<span class="sg-mark sg-context">context</span>, <span class="sg-mark sg-negative">negative</span>.</p>
<ul class="sg-matrices" data-role="matrices"></ul>
<p class="i-key" data-role="key"><span>Orange is negative, purple positive.</span></p>`)}
<div class="i-part sg-columns" role="group" aria-label="What comes of it"><div><p class="i-title">Map of the centre vectors</p>
<div class="sg-map" data-role="map" role="img" aria-label="Map of the words"></div><p class="i-small" data-role="map-note">·</p></div>
<div><p class="i-title">Loss</p>
<svg class="sg-chart" viewBox="0 0 300 110" preserveAspectRatio="none" aria-hidden="true">
<path data-role="start-line" class="sg-line-start"/><path data-role="least-line" class="sg-line-least"/>
<path data-role="curve" class="sg-line-curve"/></svg>
<p class="i-small" data-role="loss-note">·</p><p class="i-title"><label>Nearest to <select data-role="word"></select></label></p>
<table class="sg-nearest"><thead><tr><th scope="col">word</th><th scope="col">cosine of the two u</th></tr></thead>
<tbody data-role="nearest"></tbody></table></div></div>
${part("Settings", `<p class="i-small">A change starts again from step 0; the learning rate alone can change on the way.</p>
<div class="sg-fields">${select("negatives", "Negatives k", upTo(0, 10))} ${select("window", "Window", upTo(1, 5))}
${select("dimensions", "Dimensions d", upTo(2, 10))} ${select("learning_rate", "Learning rate η", [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1])}
<label>Seed <input type="text" inputmode="numeric" data-role="seed" maxlength="12"></label>
${select("corpus", "Text", Object.keys(TITLES), (name) => TITLES[name])}</div>
<div class="sg-ticks">${tick("one_matrix", "one matrix for both roles")}
${tick("lose_repeats", "lose repeats: of several gradients for a row, keep the last")}</div>
<label class="sg-text">The text: change it, or put your own in its place <textarea data-role="text" rows="4" spellcheck="false"></textarea></label>
<p class="i-status" data-role="status"></p>`, " i-controls")}
<p class="i-note">Centre vectors begin as small random numbers and context vectors as zeros, as in word2vec’s own code.
Unlike there, the window is always full, frequent words are not thinned out, the learning rate stays as it
is set, and a negative may be the context word itself, as the formula has it.
Negatives are drawn in proportion to count<sup>0.75</sup>.</p>`;

/** The course of the loss: averages of so many steps each; when there are too many, two become one. */
function createCurve(most = 240) {
  let [size, sum, count] = [1, 0, 0];
  const points = [];
  return {
    points,
    add(loss) {
      sum += loss;
      if (++count < size) return;
      points.push(sum / size);
      [sum, count] = [0, 0];
      if (points.length < most) return;
      for (let i = 0; i < most / 2; i++) points[i] = (points[2 * i] + points[2 * i + 1]) / 2;
      points.length = most / 2;
      size *= 2;
    },
  };
}

const newRow = (...cells) => make("tr", {}, make("th", { scope: "row" }), ...cells);
const newCell = (...children) => make("td", {}, ...children);

function render({ model, el }) {
  const { texts, palette } = model.get("first");
  const role = build(el, VIEW);
  const colours = palette.map(rgb);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const corpusField = el.querySelector('[data-option="corpus"]');
  const textNow = () => (model.get("corpus") === "own" ? model.get("text") : texts[model.get("corpus")]);

  let draft = false;
  let mapSize = [400, 360];
  let trainer, curve, step, taken, chosen, least, before, frame = 0, last = 0, drawn = 0, owed = 0, broken = false;

  // ------------------------------------------------------------ training

  function start() {
    stop();
    trainer = createTrainer(textNow(), Object.fromEntries(RESTARTS.map((key) => [key, model.get(key)])));
    curve = createCurve();
    least = leastLoss(trainer);
    [before, broken] = [null, false];
    plan(trainer.next, drawNegatives(trainer));
    role("word").replaceChildren(...[...trainer.corpus.words].sort().map((word) => make("option", {}, word)));
    role("word").value = trainer.corpus.words[wordNow()];
    showAll();
  }

  /** Work out a step and show it before it is taken. */
  function plan(at, negatives, byReader = false) {
    step = planStep(trainer, at, negatives, model.get("learning_rate"));
    [taken, chosen] = [false, byReader];
  }

  function train(steps) {
    const end = performance.now() + FRAME;
    let done = 0;
    for (; done < steps && !broken; done++) {
      if (taken) step = planStep(trainer, trainer.next, drawNegatives(trainer), model.get("learning_rate"));
      takeStep(trainer, step);
      curve.add(step.loss);
      taken = true;
      broken = !(step.loss < TOO_LARGE);
      if (frame && done % 64 === 63 && performance.now() > end) break;
    }
    return done;
  }

  function advance(steps) {
    train(steps);
    showAll();
    announce(summary());
  }

  function play() {
    if (broken) return;
    [last, owed, drawn] = [performance.now(), 1, 0];
    role("play").textContent = "Pause";
    frame = requestAnimationFrame(onFrame);
  }

  function onFrame(now) {
    frame = requestAnimationFrame(onFrame);
    owed += (Math.min(Math.max(now - last, 0), 250) / 1000) * Number(role("speed").value);
    last = now;
    const steps = Math.floor(owed);
    if (!steps) return;
    // What a slow processor did not manage is let go, or it would be owed for ever.
    owed = train(steps) < steps ? 0 : owed - steps;
    if (calm.matches && now - drawn < CALM) return;
    drawn = now;
    showAll();
    if (broken) pause();
  }

  function stop() {
    cancelAnimationFrame(frame);
    frame = 0;
    role("play").textContent = "Play";
  }

  function pause() {
    if (!frame) return;
    stop();
    showAll();
    announce(summary());
  }

  /** Make the pair that the reader points at the next one; the negatives drawn for it stay. */
  function choose(sentence, place) {
    pause();
    const { pair } = step;
    const inside = place !== pair.at && Math.abs(place - pair.at) <= trainer.window;
    const at = trainer.pairs.findIndex((each) => each.sentence === sentence && (inside ? each.at === pair.at && each.beside === place : each.at === place));
    if (at < 0) return;
    plan(at, taken ? drawNegatives(trainer) : step.targets.slice(1), true);
    showAll();
    const { words } = trainer.corpus;
    announce(`Next pair: centre ${words[step.centre]}, context ${words[step.targets[0]]}.`);
  }

  // ------------------------------------------------------------ showing

  const recentLoss = () => trainer.recent.reduce((a, b) => a + b, 0) / trainer.recent.length;
  const nothing = () => (trainer.negatives + 1) * Math.log(2);
  const plus = (row, change, sign) => row.map((value, j) => value + sign * change[j]);
  const beforeStep = (matrix, word) => (taken ? plus(matrix[word], changeOf(trainer, step, matrix, word), -1) : matrix[word]);
  const afterStep = (matrix, word) => (taken ? matrix[word] : plus(matrix[word], changeOf(trainer, step, matrix, word), 1));
  const kindOf = (word) => (word === step.centre ? "centre" : word === step.targets[0] ? "context" : step.targets.includes(word) ? "negative" : "");
  const classOf = (word) => (kindOf(word) ? `sg-${kindOf(word)}` : "");
  const largest = (rows) => rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);

  function wordNow() {
    const { words, index } = trainer.corpus;
    return index.get([model.get("word"), ...FAVOURITES, words[words.length >> 1]].find((word) => index.has(word)));
  }

  function summary() {
    if (broken) return `The numbers have run away at step ${grouped(trainer.steps)}: choose a smaller learning rate, and restart.`;
    if (!trainer.steps) return "No step taken yet.";
    return `${grouped(trainer.steps)} ${trainer.steps === 1 ? "step" : "steps"}, loss ${recentLoss().toFixed(2)}.`;
  }

  function showAll() {
    setText(role("count"), summary());
    showStep();
    showSentence();
    showChanges();
    showMatrices();
    showMap();
    showLoss();
    showNearest();
  }

  function showStep() {
    const { words } = trainer.corpus;
    const state = taken ? "taken" : chosen ? "chosen by you, not taken yet" : "not taken yet";
    setText(role("heading"), `Step ${grouped(trainer.steps + (taken ? 0 : 1))}, ${state}`);
    writeSentence(role("pair"), [
      `Pair ${grouped(step.at + 1)} of ${grouped(trainer.pairs.length)}: u is the centre vector of `, words[step.centre],
      ", v the context vector of ", words[step.targets[0]], ".",
    ]);
    const newFormulaRow = () => {
      const row = newRow(...upTo(1, 5).map(() => newCell("0")));
      row.cells[0].append(make("span", { class: "sg-name" }, "·"), make("span", { class: "sg-kind" }, "·"));
      return row;
    };
    fill(role("formula"), step.targets.length, newFormulaRow).forEach((row, i) => {
      const [name, ...cells] = row.cells;
      row.className = i ? "sg-negative" : "sg-context";
      setText(name.children[0], words[step.targets[i]]);
      setText(name.children[1], i ? "negative (0)" : "context (1)");
      const after = dot(afterStep(trainer.U, step.centre), afterStep(trainer.V, step.targets[i]));
      const numbers = [...[step.dots, step.sigmas, step.errors, step.losses].map((values) => values[i]), after];
      numbers.forEach((value, j) => setText(cells[j], signed(value, 3)));
    });
    setText(role("loss"), signed(step.loss, 3));
    writeSentence(role("remark"), remark(trainer, step));
    role("remark").classList.toggle("sg-many", trainer.negatives > 4);
  }

  function showSentence() {
    const line = role("sentence");
    const { pair: { sentence, at, beside } } = step;
    const ids = trainer.corpus.sentences[sentence];
    const first = Math.max(0, at - trainer.window - BESIDE);
    const shown = ids.slice(first, at + trainer.window + BESIDE + 1);
    line.classList.toggle("sg-wide", trainer.window > 3);
    line.dataset.more = first + shown.length < ids.length ? " …" : "";
    line.dataset.less = first ? "… " : "";
    fill(line, shown.length, () => make("button", { type: "button" }, "·")).forEach((button, i) => {
      const place = first + i;
      const kind = place === at ? "centre" : place === beside ? "context" : Math.abs(place - at) <= trainer.window ? "window" : "outside";
      const word = trainer.corpus.words[shown[i]];
      setText(button, word);
      button.className = `sg-${kind}`;
      button.value = `${sentence} ${place}`;
      button.title = { centre: "centre", context: "context", window: "make it the context", outside: "make it the centre" }[kind];
      button.setAttribute("aria-label", `${word}, ${button.title}`);
    });
  }

  function showChanges() {
    const rows = [["u", trainer.U, step.centre], ...step.targets.map((target) => ["v", trainer.V, target])]
      .map(([letter, matrix, word]) => ({ letter, word, vectors: [beforeStep(matrix, word), changeOf(trainer, step, matrix, word), afterStep(matrix, word)] }));
    const [limit, changeLimit] = [0, 1].map((which) => niceLimit(largest(rows.map(({ vectors }) => vectors[which]))));
    const newChangeRow = () => newRow(...upTo(1, 3).map(() => newCell(newStrip(), make("span", { class: "i-away sg-digits" }, "0"))));
    fill(role("changes"), rows.length, newChangeRow).forEach((row, i) => {
      const { letter, word, vectors } = rows[i];
      writeSentence(row.cells[0], [`${letter} `, trainer.corpus.words[word]]);
      vectors.forEach((vector, j) => {
        const [strip, digits] = row.cells[j + 1].children;
        drawStrip(strip, vector, j === 1 ? changeLimit : limit, colours);
        setText(digits, Array.from(vector, (value) => signed(value, 4)).join(" "));
      });
    });
    setText(role("change-limit"), `to ±${changeLimit}`);
    setText(role("rate"), String(model.get("learning_rate")));
  }

  function showMatrices() {
    const limit = niceLimit(Math.max(largest(trainer.U), largest(trainer.V)));
    const newWord = () => make("li", {}, make("span", { class: "sg-word" }, "·"), newStrip(), newStrip());
    fill(role("matrices"), trainer.corpus.words.length, newWord).forEach((row, word) => {
      row.className = `sg-row ${classOf(word)}`;
      setText(row.children[0], trainer.corpus.words[word]);
      [trainer.U, trainer.V].forEach((matrix, i) => drawStrip(row.children[i + 1], matrix[word], limit, colours));
    });
    drawKey(role("key"), limit, (String(limit).split(".")[1] || "").length, colours);
    role("shared-rows").hidden = !trainer.oneMatrix;
  }

  function showMap() {
    const { points, places, shifts, share } = placeOnMap(trainer.U, trainer.corpus.words, mapSize, before);
    before = points;
    fill(role("map"), places.length, () => make("span", {}, "·")).forEach((mark, word) => {
      const [x, y] = places[word];
      setText(mark, trainer.corpus.words[word]);
      mark.className = `${classOf(word)} ${word === wordNow() ? "sg-chosen" : ""}`.trim();
      mark.style.transform = `translate(${x.toFixed(1)}px, ${(y + shifts[word]).toFixed(1)}px)`;
      mark.style.setProperty("--sg-dot", `${6 - shifts[word]}px`);
    });
    setText(role("map-note"), `The two directions in which the vectors of U differ most; they hold ${Math.round(share * 100)} % of the variance.`
      + " The map is turned to lie like the one before, and scaled to fill the frame.");
  }

  function showLoss() {
    const top = Math.max(nothing(), ...curve.points) * 1.05;
    const y = (loss) => (108 - (loss / top) * 106).toFixed(1);
    role("start-line").setAttribute("d", `M0 ${y(nothing())}H300`);
    role("least-line").setAttribute("d", `M0 ${y(least)}H300`);
    const across = 300 / Math.max(curve.points.length - 1, 1);
    role("curve").setAttribute("d", curve.points.map((loss, i) => `${i ? "L" : "M"}${(i * across).toFixed(1)} ${y(loss)}`).join("") || "M0 0");
    const now = trainer.steps ? `Now ${recentLoss().toFixed(2)}, the average of ${trainer.steps > RECENT ? `the last ${grouped(RECENT)}` : "all"} steps.` : "No step taken yet.";
    setText(role("loss-note"), `${now} Upper line: ${nothing().toFixed(2)}, where every σ is ½. Lower line: ${least.toFixed(2)}, below which no vectors can go on this text.`);
  }

  function showNearest() {
    const found = nearestTo(trainer.U, wordNow(), NEIGHBOURS);
    fill(role("nearest"), NEIGHBOURS, () => newRow(newBarCell())).forEach((row, i) => {
      const { at, cosine } = found[i] || { at: -1, cosine: 0 };
      row.style.visibility = at < 0 ? "hidden" : "";
      setText(row.cells[0], at < 0 ? "·" : trainer.corpus.words[at]);
      drawBar(row.cells[1], cosine);
    });
  }

  // ------------------------------------------------------------ controls

  const announce = announcer(role("announce"));
  function say(text) {
    role("status").textContent = text;
    announce(text);
  }

  /** Tell the model, which tells Python in JupyterLab, and the listeners below. */
  function set(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }

  function showSettings() {
    for (const control of el.querySelectorAll("[data-option]")) {
      const value = model.get(control.dataset.option);
      if (control.type === "checkbox") control.checked = value;
      else {
        if (![...control.options].some((option) => option.value === String(value))) control.append(make("option", {}, String(value)));
        control.value = String(value);
      }
    }
    role("seed").value = String(model.get("seed"));
    // A text that is being written stays as it is written, also while it is of no use yet.
    if (draft) corpusField.value = "own";
    else if (!role("text").matches(":focus")) role("text").value = textNow();
  }

  function started() {
    const { words, dropped } = trainer.corpus;
    return `Started again: ${words.length} different words, ${grouped(trainer.pairs.length)} pairs.`
      + (dropped ? ` ${grouped(dropped)} rarer words are left out: the island has room for ${MOST_WORDS}.` : "");
  }

  function onOption({ target }) {
    const key = target.dataset.option;
    if (!key) return;
    if (key !== "corpus") set({ [key]: target.type === "checkbox" ? target.checked : Number(target.value) });
    else if (target.value !== "own") {
      draft = false;
      role("text").value = texts[target.value];
      changeText({ corpus: target.value }, texts[target.value]);
    } else {
      role("text").value = model.get("text");
      role("text").focus();
      learnFrom(role("text").value);
    }
  }

  function learnFrom(text) {
    try {
      readText(text);
    } catch (reason) {
      draft = true;
      corpusField.value = "own";
      say(`${reason.message} Until then, the island goes on with the text before.`);
      return;
    }
    draft = false;
    changeText({ corpus: "own", text }, text);
  }

  /** The word whose neighbours are shown goes with the text that has it: Python would refuse another. */
  function changeText(values, text) {
    set(readText(text).index.has(model.get("word")) ? values : { ...values, word: "" });
  }

  let typing = 0;
  role("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => learnFrom(role("text").value), 500);
  });
  role("seed").addEventListener("change", ({ target }) => {
    const seed = Number(target.value.trim() || NaN);
    if (/^\s*\d+\s*$/.test(target.value) && seed <= 0xffffffff) set({ seed });
    else {
      say(`A seed is a whole number from 0 to 4,294,967,295; the island keeps ${model.get("seed")}.`);
      target.value = String(model.get("seed"));
    }
  });
  el.addEventListener("change", onOption);
  role("step").addEventListener("click", () => { if (frame) pause(); else advance(1); });
  role("play").addEventListener("click", () => { if (frame) pause(); else play(); });
  role("thousand").addEventListener("click", () => { stop(); advance(1000); });
  role("restart").addEventListener("click", () => { start(); announce(started()); });
  role("digits").addEventListener("change", ({ target }) => role("changes-table").classList.toggle("sg-numbers", target.checked));
  role("word").addEventListener("change", ({ target }) => set({ word: target.value }));
  role("sentence").addEventListener("click", ({ target }) => { if (target.value) choose(...target.value.split(" ").map(Number)); });
  // The mouse may choose a word anywhere; by keyboard the list of words does.
  for (const [name, selector] of [["map", "span"], ["matrices", "li"]]) {
    role(name).addEventListener("click", ({ target }) => {
      const found = target.closest(selector);
      if (found && role(name).contains(found)) set({ word: trainer.corpus.words[[...role(name).children].indexOf(found)] });
    });
  }

  // Several settings may come at once (from Python): start again once, when all are there.
  let waiting = false;
  const onRestart = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      showSettings();
      start();
      say(started());
    });
  };
  const onRate = () => {
    showSettings();
    if (taken) setText(role("rate"), String(model.get("learning_rate")));
    else { plan(step.at, step.targets.slice(1), chosen); showAll(); }
  };
  const onWord = () => {
    if (waiting) return;
    role("word").value = trainer.corpus.words[wordNow()];
    showMap();
    showNearest();
    const three = nearestTo(trainer.U, wordNow(), 3).map(({ at, cosine }) => `${trainer.corpus.words[at]} ${signed(cosine)}`).join(", ");
    announce(`Nearest to ${trainer.corpus.words[wordNow()]}: ${three}.`);
  };
  const listeners = [...RESTARTS.map((key) => [key, onRestart]), ["learning_rate", onRate], ["word", onWord]];
  for (const [key, listener] of listeners) model.on(`change:${key}`, listener);

  role("speed").value = "4";
  showSettings();
  start();

  // Asking for the size at each picture would make the browser lay out the page each time.
  const resized = new ResizeObserver(() => {
    mapSize = [role("map").clientWidth, role("map").clientHeight];
    showMap();
  });
  resized.observe(role("map"));
  // Out of sight, nothing goes on.
  const seen = new IntersectionObserver((entries) => { if (!entries[entries.length - 1].isIntersecting) pause(); });
  seen.observe(el);

  return () => {
    stop();
    clearTimeout(typing);
    resized.disconnect();
    seen.disconnect();
    for (const [key, listener] of listeners) model.off(`change:${key}`, listener);
  };
}

export default { render };
