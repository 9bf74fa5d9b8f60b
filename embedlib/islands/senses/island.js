// Sentences as points: where a word's vector lies in each, layer by layer. The first maps are Python's; with an encoder
// loaded, the reader's own sentence takes its place among them.

const SHAPES = ["●", "■", "▲"];

const VIEW = `<p class="i-line i-controls"><label>Word <select data-role="word"></select></label>
<label>Layer <input type="range" min="0" step="1" data-role="layer"></label> <output data-role="number"></output></p>
<p class="bs-legend" data-role="legend"></p>
<div class="bs-map" data-role="map" role="group" aria-label="A point a sentence; arrow keys go from point to point"></div>
<p class="bs-read" data-role="read"></p>
<p data-role="right"></p>
<div class="i-part i-controls"><p class="i-title">A sentence of your own</p>
<div class="i-models" data-role="models"></div>
<label class="bs-own">Your sentence with <i data-role="with"></i> <input type="text" maxlength="300" data-role="own" autocomplete="off"></label>
<p class="i-status" data-role="status"></p></div>
<p class="i-note" data-role="note"></p>`;

/** The two directions in which a few long rows differ most: `{ points, place }`; `place(row)` gives another row's point. */
function planeOf(rows) {
  const centre = mean(rows);
  const centred = rows.map((each) => each.map((value, j) => value - centre[j]));
  const dot = (u, v) => u.reduce((sum, value, j) => sum + value * v[j], 0);
  // Of few long rows the table of dot products is the smaller one; its eigenvectors say how to add up the rows.
  const { values, vectors } = eigen(centred.map((u) => centred.map((v) => dot(u, v))));
  const best = [...values.keys()].sort((a, b) => values[b] - values[a]).slice(0, 2);
  const axes = best.map((k) => centre.map((_, j) => centred.reduce((sum, each, i) => sum + vectors[i][k] * each[j], 0) / Math.sqrt(values[k])));
  const place = (each) => axes.map((axis) => dot(each.map((value, j) => value - centre[j]), axis));
  return { points: rows.map(place), place };
}

/** How many rows have, of all others, one of their own kind as the nearest. */
function countRight(rows, kinds) {
  return rows.filter((each, i) => {
    const likeness = rows.map((other, j) => (i === j ? -2 : cosine(each, other)));
    return kinds[likeness.indexOf(Math.max(...likeness))] === kinds[i];
  }).length;
}

function render({ model, el }) {
  const { words, models, layers: keptLayers } = model.get("first");
  const role = build(el, VIEW);
  const [word, layer, own, map] = ["word", "layer", "own", "map"].map(role);
  const { say } = speaker(role);
  const reader = encoderWorker({ model, el, say });
  let about, name, live = {}, mine, timer, turn = 0, chosen = 0;

  const now = () => words[model.get("word")];
  const level = () => Math.min(Number(model.get("layer")), layerCount());
  const layerCount = () => (about ? about.layers : keptLayers);

  /** The points of the layer, within −1 and 1, and the reader's own: Python's, or made here from the vectors. */
  function pointsNow() {
    const kept = now().maps[level()]?.map(([x, y]) => [x / 1000, y / 1000]);
    const runs = live[model.get("word")];
    if (!runs) return { points: kept, right: now().right[level()] };
    const vectors = runs.map((run, i) => wordVector(run, now().forms[i], level(), about.width));
    const plane = planeOf(vectors);
    // Turned like Python's map of the layer, and scaled by the farthest of the sentences. Yours has no say in either.
    const all = mine ? [...plane.points, plane.place(vectorOfMine())] : plane.points;
    const turned = turnedLike(all, name === "minilm" && kept ? [...kept, [0, 0]] : null);
    const radius = Math.max(...turned.slice(0, vectors.length).flat().map(Math.abs)) || 1;
    const points = turned.map(([x, y]) => [x / radius, y / radius]);
    return { points: points.slice(0, vectors.length), own: points[vectors.length], right: countRight(vectors, now().senses), vectors };
  }
  const vectorOfMine = () => wordVector(mine.run, mine.form, level(), about.width);

  function read(i) {
    const { sentences, senses, forms, kinds } = now();
    const text = i < sentences.length ? sentences[i] : mine.text;
    const form = i < sentences.length ? forms[i] : mine.form;
    const place = text.toLowerCase().search(new RegExp(`(?<![\\p{L}\\p{N}])${form}(?![\\p{L}\\p{N}])`, "u"));
    writeSentence(role("read"), [
      `${i < sentences.length ? kinds[senses[i]] : "yours"}: ${text.slice(0, place)}`, text.slice(place, place + form.length), text.slice(place + form.length),
    ]);
  }

  function choose(i, focus = false) {
    [...map.children].forEach((point, j) => { point.tabIndex = i === j ? 0 : -1; });
    chosen = i;
    if (focus) map.children[i].focus();
    read(i);
  }

  function draw() {
    const { points, own: place, right, vectors } = pointsNow();
    const { senses, sentences, kinds } = now();
    const all = place ? [...points, place] : points;
    fill(map, all.length, () => make("button", { type: "button" })).forEach((point, i) => {
      const [x, y] = all[i].map((value) => Math.min(Math.max(value, -1.12), 1.12));
      const mineNow = i >= sentences.length;
      point.className = mineNow ? "bs-mine" : `bs-${senses[i]}`;
      setText(point, mineNow ? "★" : SHAPES[senses[i]]);
      point.setAttribute("aria-label", mineNow ? `yours: ${mine.text}` : `${kinds[senses[i]]}: ${sentences[i]}`);
      Object.assign(point.dataset, { x: all[i][0].toFixed(4), y: all[i][1].toFixed(4) });
      point.style.left = `${((x + 1.2) / 2.4) * 100}%`;
      point.style.top = `${((1.2 - y) / 2.4) * 100}%`;
    });
    choose(Math.min(chosen, all.length - 1));
    if (place) read(sentences.length);
    setText(role("number"), `${level()} of ${layerCount()}`);
    setText(role("right"), `Layer ${level()}: ${right} of the ${sentences.length} sentences have a sentence of their own sense as the nearest, in all ${vectors ? about.width : 384} directions; the map shows two.`);
    role("legend").replaceChildren(...kinds.map((kind, k) => make("span", { class: `bs-${k}` }, `${SHAPES[k]} ${kind}`)),
      ...(place ? [make("span", { class: "bs-mine" }, "★ yours")] : []));
    if (!place) return;
    const likeness = kinds.map((_, k) => cosine(vectorOfMine(), mean(vectors.filter((_, i) => senses[i] === k))));
    const best = likeness.indexOf(Math.max(...likeness));
    say(`At layer ${level()} yours is nearest to ${kinds[best]}: ${kinds.map((kind, k) => `${kind} ${signed(likeness[k])}`).join(", ")} (the cosines with the mean of each sense).`);
  }

  /** Have the encoder read the word's sentences, once, and the reader's. */
  async function compute() {
    if (!about) return;
    const ticket = ++turn;
    const asked = model.get("word");
    const { sentences, forms } = words[asked];
    const text = own.value.trim();
    try {
      if (!live[asked]) {
        const runs = [];
        for (const sentence of sentences) {
          setText(role("status"), `Reading sentence ${runs.length + 1} of ${sentences.length} …`);
          runs.push(await reader.ask({ task: "run", name, text: sentence }));
          if (ticket !== turn) return;
        }
        live[asked] = runs;
      }
      const run = await reader.ask({ task: "run", name, text });
      if (ticket !== turn) return;
      const form = [...new Set([asked, ...forms])].find((each) => wordsOf(run).has(each));
      mine = form ? { run, form, text } : undefined;
      draw();
      if (!mine) say(text ? `Your sentence has no ${asked} in it, so there is no point for it.` : `Write a sentence with ${asked}: it becomes a point.`);
    } catch (reason) {
      say(`The sentence could not be read (${reason.message}).`);
    }
  }

  async function use(wanted) {
    const found = await reader.open(wanted);
    if (!found) return;
    [about, name, live, mine] = [found, wanted.name, {}, undefined];
    layer.max = about.layers;
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(models[i] === wanted));
      if (reader.opened[models[i].name]) setText(button, `Ask ${models[i].title}`);
      button.hidden = models.length === 1;
    });
    own.closest("label").hidden = false;
    own.focus();
    await compute();
  }

  function showWord() {
    mine = undefined;
    chosen = 0;
    word.value = model.get("word");
    setText(role("with"), model.get("word"));
    draw();
    compute();
  }
  function showLayer() {
    layer.value = level();
    draw();
  }

  map.addEventListener("keydown", (event) => {
    const points = [...map.children];
    const axis = { ArrowRight: "x", ArrowLeft: "x", ArrowUp: "y", ArrowDown: "y" }[event.key];
    const back = { ArrowLeft: 1, ArrowDown: 1 }[event.key];
    if (!axis) return;
    event.preventDefault();
    const order = [...points.keys()].sort((a, b) => points[a].dataset[axis] - points[b].dataset[axis]);
    choose(order[(order.indexOf(chosen) + (back ? -1 : 1) + order.length) % order.length], true);
  });
  const point = ({ target }) => {
    const i = [...map.children].indexOf(target);
    if (i >= 0) choose(i);
  };
  map.addEventListener("pointerover", point);
  map.addEventListener("focusin", point);
  own.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(compute, 300);
  });
  word.addEventListener("change", () => put(model, { word: word.value }));
  layer.addEventListener("input", () => put(model, { layer: Number(layer.value) }));
  const end = follow(model, { word: showWord, layer: showLayer });

  word.append(...Object.keys(words).map((each) => make("option", {}, each)));
  layer.max = keptLayers;
  own.closest("label").hidden = true;
  const buttons = reader.buttons(models, use);
  role("models").append(...buttons);
  setText(role("note"), "The directions are those in which the vectors of this layer differ most; which way round they lie means nothing. The first maps are MiniLM's.");
  setText(role("status"), models.length ? "Load a model, once, and a sentence of yours becomes a point here."
    : "The models that would read your own sentence are not on this machine: their assets are minilm-l6 and miniature-bert.");
  showWord();
  showLayer();
  return () => {
    clearTimeout(timer);
    turn++;
    end();
    reader.end();
  };
}

export default { render };
