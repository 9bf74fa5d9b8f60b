// Skip-gram, trained in the page. method.js computes, map.js lays out the map; this module runs them and shows all.

const NEIGHBOURS = 6;
const BESIDE = 2;
const POINTS = 240; // of the curve of the loss
const FAVOURITES = ["tea", "cat"];
const TITLES = { "made-up": "Made-up sentences", rhyme: "The House That Jack Built", own: "Your own text" };
const RESTARTS = ["corpus", "text", "seed", "window", "negatives", "dimensions", "one_matrix", "lose_repeats"];
const FRAME = 10; // milliseconds of training in one frame, so that the page stays quick
const CALM = 1000; // milliseconds between pictures for readers who want no movement

const options = (values, name = String) => values.map((value) => `<option value="${value}">${name(value)}</option>`).join("");
const select = (key, label, values, name) => `<label>${label} <select data-option="${key}">${options(values, name)}</select></label>`;
const part = (label, html, more = "") => `<div class="i-part ${more}" role="group" aria-label="${label}">
<p class="i-title">${label}</p>${html}</div>`;
const table = (name, heads, caption = "", foot = "") => `<table class="sg-${name}">${caption}
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody data-role="${name}"></tbody>${foot}</table>`;
const tick = (attribute, label, more = "") => `<label class="i-tick ${more}"><input type="checkbox" data-${attribute}> ${label}</label>`;

const VIEW = `<div class="sg-controls i-controls" role="group" aria-label="Training">
<button type="button" data-role="step">Step</button>
<button type="button" data-role="play">Play</button>
<button type="button" data-role="thousand" aria-label="1,000 steps at once">+1,000</button>
<button type="button" data-role="restart" aria-label="Start again from step 0">Restart</button>
<label>Speed <select data-role="speed">${options([1, 4, 50, 1000, 10000], (steps) => `${grouped(steps)} a second`)}</select></label>
<p class="sg-count" data-role="count"></p></div>
<div class="i-part" role="group" aria-label="One step"><p class="i-title" data-role="heading">·</p>
<p class="sg-sentence" data-role="sentence"></p><p data-role="pair"></p>
${table("formula", ["v of (label)", "u·v", "σ(u·v)", "σ − label", "loss", "u·v after"],
    "<caption>loss = −log σ(u·v) − Σ log σ(−u·v<sub>negative</sub>)</caption>",
    `<tfoot><tr><th scope="row">sum</th><td></td><td></td><td></td><td data-role="loss">·</td><td></td></tr></tfoot>`)}
<p class="sg-remark" data-role="remark"></p></div>
${part("What the step changes", `<p>Each v becomes v − η · (σ − label) · u, and u becomes u − η · Σ (σ − label) · v over all rows above,
with the learning rate η = <span data-role="rate">·</span>.
${tick('role="digits"', "show numbers", "i-controls")}</p>
${table("changes", ["vector", "before", 'change <span data-role="change-limit">·</span>', "after"])}`)}
${part("All the vectors", `<p>Beside each word its row of U, as a centre word, then its row of V, as a context.
<span data-role="shared-rows">They are the same rows now.</span>
The rows of this step are marked: ${["centre", "context", "negative"].map((kind) => `<span class="sg-mark sg-${kind}">${kind}</span>`).join(", ")}.</p>
<ul class="sg-matrices" data-role="matrices"></ul>
<p class="i-key" data-role="key"><span>Orange is negative, purple positive.</span></p>`)}
<div class="i-part sg-columns" role="group" aria-label="What comes of it"><div><p class="i-title">Map of the centre vectors</p>
<div class="i-map" data-role="map" role="img" aria-label="Map of the words"></div><p class="i-small" data-role="map-note">·</p></div>
<div><p class="i-title">Loss</p>
<svg class="sg-chart" viewBox="0 0 300 110" preserveAspectRatio="none" aria-hidden="true">
${["start", "least", "curve"].map((line) => `<path data-role="${line}" class="sg-${line}"/>`).join("")}</svg>
<p class="i-small" data-role="loss-note">·</p><p class="i-title"><label>Nearest to <select data-role="word"></select></label></p>
${table("nearest", ["word", "cosine of the two u"])}</div></div>
${part("Settings", `<p class="i-small">A change starts again from step 0; the learning rate alone can change on the way.</p>
<div class="sg-fields">${select("negatives", "Negatives k", upTo(0, 10))} ${select("window", "Window", upTo(1, 5))}
${select("dimensions", "Dimensions d", upTo(2, 10))} ${select("learning_rate", "Learning rate η", [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1])}
<label>Seed <input type="text" inputmode="numeric" data-role="seed" maxlength="12"></label>
${select("corpus", "Text", Object.keys(TITLES), (name) => TITLES[name])}</div>
<div class="sg-ticks">${tick('option="one_matrix"', "one matrix for both roles")}
${tick('option="lose_repeats"', "lose repeats: of several gradients for a row, keep the last")}</div>
<label class="sg-text">The text: change it, or put your own in its place <textarea data-role="text" rows="4" spellcheck="false"></textarea></label>
<p class="i-status" data-role="status"></p>`, "i-controls")}
<p class="i-note">Centre vectors begin as small random numbers and context vectors as zeros, as in word2vec’s own code.
Unlike there, the window is always full, frequent words are not thinned out, the learning rate stays as it
is set, and a negative may be the context word itself, as the formula has it.
Negatives are drawn in proportion to count<sup>0.75</sup>.</p>`;

/** The course of the loss: averages of so many steps each; when there are too many, two become one. */
function addToCurve(curve, loss) {
  curve.sum += loss;
  if (++curve.count < curve.size) return;
  curve.points.push(curve.sum / curve.size);
  [curve.sum, curve.count] = [0, 0];
  if (curve.points.length < POINTS) return;
  curve.points = upTo(0, POINTS / 2 - 1).map((i) => (curve.points[2 * i] + curve.points[2 * i + 1]) / 2);
  curve.size *= 2;
}

function render({ model, el }) {
  const { texts, palette } = model.get("first");
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const colours = palette.map(rgb);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const rate = () => model.get("learning_rate");
  const textNow = () => (model.get("corpus") === "own" ? model.get("text") : texts[model.get("corpus")]);
  const set = (values) => put(model, values);

  let draft = false, waiting = false, typing = 0;
  let mapSize = [400, 360];
  let trainer, words, curve, step, taken, chosen, least, before, frame = 0, last = 0, drawn = 0, owed = 0, broken = false;

  // ------------------------------------------------------------ training

  function start() {
    stop();
    trainer = createTrainer(textNow(), Object.fromEntries(RESTARTS.map((key) => [key, model.get(key)])));
    ({ words } = trainer.corpus);
    curve = { points: [], size: 1, sum: 0, count: 0 };
    least = leastLoss(trainer);
    [before, broken] = [null, false];
    plan(trainer.next, drawNegatives(trainer));
    role("word").replaceChildren(...[...words].sort().map((word) => make("option", {}, word)));
    role("word").value = words[wordNow()];
    showAll();
  }

  /** Work out a step and show it before it is taken. */
  function plan(at, negatives, byReader = false) {
    step = planStep(trainer, at, negatives, rate());
    [taken, chosen] = [false, byReader];
  }

  function train(steps) {
    const end = performance.now() + FRAME;
    let done = 0;
    for (; done < steps && !broken; done++) {
      if (taken) step = planStep(trainer, trainer.next, drawNegatives(trainer), rate());
      takeStep(trainer, step);
      addToCurve(curve, step.loss);
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

  /** Stop where it plays; what it came to is then said. */
  function pause() {
    if (!frame) return false;
    stop();
    advance(0);
    return true;
  }

  /** Make the pair that the reader points at the next one; the negatives drawn for it stay. */
  function choose(sentence, place) {
    pause();
    const { at } = trainer.pairs[step.at];
    const inside = place !== at && Math.abs(place - at) <= trainer.window;
    const next = trainer.pairs.findIndex((each) => each.sentence === sentence && (inside ? each.at === at && each.beside === place : each.at === place));
    if (next < 0) return;
    plan(next, taken ? drawNegatives(trainer) : step.targets.slice(1), true);
    showAll();
    announce(`Next pair: centre ${words[step.centre]}, context ${words[step.targets[0]]}.`);
  }

  // ------------------------------------------------------------ showing

  const recentLoss = () => sum(trainer.recent) / trainer.recent.length;
  const nothing = () => (trainer.negatives + 1) * Math.log(2);
  const changed = (row, sign) => row.map((value, j) => value + sign * step.changes.get(row)[j]);
  const beforeStep = (row) => (taken ? changed(row, -1) : row);
  const afterStep = (row) => (taken ? row : changed(row, 1));
  const classOf = (word) => (word === step.centre ? "sg-centre" : word === step.targets[0] ? "sg-context" : step.targets.includes(word) ? "sg-negative" : "");

  function wordNow() {
    const { index } = trainer.corpus;
    return index.get([model.get("word"), ...FAVOURITES, words[words.length >> 1]].find((word) => index.has(word)));
  }

  function summary() {
    if (broken) return `The numbers have run away at step ${grouped(trainer.steps)}: choose a smaller learning rate, and restart.`;
    if (!trainer.steps) return "No step taken yet.";
    return `${grouped(trainer.steps)} ${trainer.steps === 1 ? "step" : "steps"}, loss ${recentLoss().toFixed(2)}.`;
  }

  function showAll() {
    setText(role("count"), summary());
    for (const show of [showStep, showSentence, showChanges, showMatrices, showMap, showLoss, showNearest]) show();
  }

  function showStep() {
    const state = taken ? "taken" : chosen ? "chosen by you, not taken yet" : "not taken yet";
    setText(role("heading"), `Step ${grouped(trainer.steps + (taken ? 0 : 1))}, ${state}`);
    writeSentence(role("pair"), [
      `Pair ${grouped(step.at + 1)} of ${grouped(trainer.pairs.length)}: u is the centre vector of `, words[step.centre],
      ", v the context vector of ", words[step.targets[0]], ".",
    ]);
    const names = () => ["sg-name sg-cut", "sg-kind"].map((name) => make("span", { class: name }, "·"));
    fill(role("formula"), step.targets.length, () => newRow(names(), ...Array(5).fill("0"))).forEach((row, i) => {
      const [{ children: [name, kind] }, ...cells] = row.cells;
      row.className = i ? "sg-negative" : "sg-context";
      setText(name, words[step.targets[i]]);
      setText(kind, i ? "negative (0)" : "context (1)");
      const after = dot(afterStep(trainer.U[step.centre]), afterStep(trainer.V[step.targets[i]]));
      const numbers = [...[step.dots, step.sigmas, step.errors, step.losses].map((values) => values[i]), after];
      numbers.forEach((value, j) => setText(cells[j], signed(value, 3)));
    });
    setText(role("loss"), signed(step.loss, 3));
    writeSentence(role("remark"), remark(trainer, step));
    role("remark").classList.toggle("sg-many", trainer.negatives > 4);
  }

  function showSentence() {
    const line = role("sentence");
    const { sentence, at, beside } = trainer.pairs[step.at];
    const ids = trainer.corpus.sentences[sentence];
    const first = Math.max(0, at - trainer.window - BESIDE);
    const shown = ids.slice(first, at + trainer.window + BESIDE + 1);
    line.classList.toggle("sg-wide", trainer.window > 3);
    line.dataset.more = first + shown.length < ids.length ? " …" : "";
    line.dataset.less = first ? "… " : "";
    const titles = { centre: "centre", context: "context", window: "make it the context", outside: "make it the centre" };
    fill(line, shown.length, () => make("button", { type: "button", class: "sg-cut" }, "·")).forEach((button, i) => {
      const place = first + i;
      const kind = place === at ? "centre" : place === beside ? "context" : Math.abs(place - at) <= trainer.window ? "window" : "outside";
      setText(button, words[shown[i]]);
      button.className = `sg-cut sg-${kind}`;
      button.value = `${sentence} ${place}`;
      button.title = titles[kind];
      button.setAttribute("aria-label", `${words[shown[i]]}, ${titles[kind]}`);
    });
  }

  function showChanges() {
    const rows = [["u", step.centre, trainer.U[step.centre]], ...step.targets.map((target) => ["v", target, trainer.V[target]])]
      .map(([letter, word, row]) => ({ name: [`${letter} `, words[word]], vectors: [beforeStep(row), step.changes.get(row), afterStep(row)] }));
    const [limit, changeLimit] = [0, 1].map((which) => niceLimit(farthest(rows.map(({ vectors }) => vectors[which]))));
    const numbers = () => [newStrip(), make("span", { class: "i-away sg-digits" }, "0")];
    fill(role("changes"), rows.length, () => newRow("", numbers(), numbers(), numbers())).forEach((row, i) => {
      writeSentence(row.cells[0], rows[i].name);
      rows[i].vectors.forEach((vector, j) => {
        const [strip, digits] = row.cells[j + 1].children;
        drawStrip(strip, vector, j === 1 ? changeLimit : limit, colours);
        setText(digits, Array.from(vector, (value) => signed(value, 4)).join(" "));
      });
    });
    setText(role("change-limit"), `to ±${changeLimit}`);
    setText(role("rate"), String(rate()));
  }

  function showMatrices() {
    const limit = niceLimit(farthest([...trainer.U, ...trainer.V]));
    const newWord = () => make("li", {}, make("span", { class: "sg-word sg-cut" }, "·"), newStrip(), newStrip());
    fill(role("matrices"), words.length, newWord).forEach((row, word) => {
      row.className = classOf(word);
      setText(row.children[0], words[word]);
      [trainer.U, trainer.V].forEach((matrix, i) => drawStrip(row.children[i + 1], matrix[word], limit, colours));
    });
    drawKey(role("key"), limit, (String(limit).split(".")[1] || "").length, colours);
    role("shared-rows").hidden = !trainer.one_matrix;
  }

  function showMap() {
    const classes = words.map((_, word) => `${classOf(word)} ${word === wordNow() ? "sg-chosen" : ""}`.trim());
    const { points, share } = drawMap(role("map"), trainer.U, words, classes, mapSize, before);
    before = points;
    setText(role("map-note"), `The two directions in which the vectors of U differ most; they hold ${Math.round(share * 100)} % of the variance.`
      + " The map is turned to lie like the one before, and scaled to fill the frame.");
  }

  function showLoss() {
    const { points } = curve;
    const top = Math.max(nothing(), ...points) * 1.05;
    const y = (loss) => (108 - (loss / top) * 106).toFixed(1);
    const across = 300 / Math.max(points.length - 1, 1);
    const line = points.map((loss, i) => `${i ? "L" : "M"}${(i * across).toFixed(1)} ${y(loss)}`).join("") || "M0 0";
    for (const [name, d] of [["start", `M0 ${y(nothing())}H300`], ["least", `M0 ${y(least)}H300`], ["curve", line]]) role(name).setAttribute("d", d);
    const now = trainer.steps ? `Now ${recentLoss().toFixed(2)}, the average of ${trainer.steps > RECENT ? `the last ${grouped(RECENT)}` : "all"} steps.` : "No step taken yet.";
    setText(role("loss-note"), `${now} Upper line: ${nothing().toFixed(2)}, where every σ is ½. Lower line: ${least.toFixed(2)}, below which no vectors can go on this text.`);
  }

  function showNearest() {
    const found = nearestTo(trainer.U, wordNow(), NEIGHBOURS);
    fill(role("nearest"), NEIGHBOURS, () => newRow("·", newBarCell())).forEach((row, i) => {
      row.style.visibility = found[i] ? "" : "hidden";
      setText(row.cells[0], found[i] ? words[found[i].at] : "·");
      drawBar(row.cells[1], found[i] ? found[i].cosine : 0);
    });
  }

  // ------------------------------------------------------------ controls

  const corpusField = el.querySelector('[data-option="corpus"]');

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

  function restart() {
    start();
    const { dropped } = trainer.corpus;
    say(`Started again: ${words.length} different words, ${grouped(trainer.pairs.length)} pairs.`
      + (dropped ? ` ${grouped(dropped)} rarer words are left out: the island has room for ${MOST_WORDS}.` : ""));
  }

  /** Learn from another text; the word whose neighbours are shown goes with a text that has it: Python would refuse another. */
  function learnFrom(corpus, text) {
    let index;
    try {
      ({ index } = readText(text));
    } catch (reason) {
      draft = true;
      corpusField.value = "own";
      say(`${reason.message} Until then, the island goes on with the text before.`);
      return;
    }
    draft = false;
    set({ corpus, ...(corpus === "own" && { text }), ...(!index.has(model.get("word")) && { word: "" }) });
  }

  const onChange = {
    corpus({ value }) {
      role("text").value = value === "own" ? model.get("text") : texts[value];
      if (value === "own") role("text").focus();
      learnFrom(value, role("text").value);
    },
    seed(field) {
      const seed = Number(field.value.trim() || NaN);
      if (/^\s*\d+\s*$/.test(field.value) && seed <= 0xffffffff) { set({ seed }); return; }
      say(`A seed is a whole number from 0 to 4,294,967,295; the island keeps ${model.get("seed")}.`);
      field.value = String(model.get("seed"));
    },
    digits({ checked }) { role("changes").parentElement.classList.toggle("sg-numbers", checked); },
    word({ value }) { set({ word: value }); },
  };
  el.addEventListener("change", ({ target }) => {
    const { option, role: name } = target.dataset;
    if (onChange[option || name]) onChange[option || name](target);
    else if (option) set({ [option]: target.type === "checkbox" ? target.checked : Number(target.value) });
  });
  role("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => learnFrom("own", role("text").value), 500);
  });
  const onClick = {
    step: () => pause() || advance(1),
    play: () => pause() || play(),
    thousand() { stop(); advance(1000); },
    restart,
  };
  for (const [name, press] of Object.entries(onClick)) role(name).addEventListener("click", () => press());
  role("sentence").addEventListener("click", ({ target }) => { if (target.value) choose(...target.value.split(" ").map(Number)); });
  // The mouse may choose a word anywhere; by keyboard the list of words does.
  for (const name of ["map", "matrices"]) {
    role(name).addEventListener("click", ({ target }) => {
      const word = [...role(name).children].findIndex((each) => each.contains(target));
      if (word >= 0) set({ word: words[word] });
    });
  }

  const settle = once(() => { waiting = false; showSettings(); restart(); });
  const onRestart = () => { waiting = true; settle(); };
  const end = follow(model, {
    ...Object.fromEntries(RESTARTS.map((key) => [key, onRestart])),
    learning_rate() {
      showSettings();
      if (!taken) plan(step.at, step.targets.slice(1), chosen);
      showAll();
    },
    word() {
      if (waiting) return;
      role("word").value = words[wordNow()];
      showMap();
      showNearest();
      const three = nearestTo(trainer.U, wordNow(), 3).map(({ at, cosine }) => `${words[at]} ${signed(cosine)}`).join(", ");
      announce(`Nearest to ${words[wordNow()]}: ${three}.`);
    },
  });

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
    end();
  };
}

export default { render };
