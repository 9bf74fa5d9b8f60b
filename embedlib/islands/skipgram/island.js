// Skip-gram with negative sampling, trained in the page. The first half is the method: from text to pairs, one step,
// the map. The second half shows it. trainer.py says the same in Python; a test holds the two to the same numbers.

const MOST_WORDS = 48;
const MOST_CHARACTERS = 20000;
const NOISE_POWER = 0.75;
const TOO_LARGE = 1e6; // a loss that says that the numbers are running away
const RECENT = 1000;

// ---------------------------------------------------------------- from text to pairs

/** Tommy Ettinger's mulberry32: a small generator of numbers from 0 to 1 that Python and JavaScript run alike. */
function createRandom(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Sentences of words in lower case; letters, marks, digits and inner apostrophes or hyphens make a word. */
function tokens(text) {
  return text.toLowerCase().replace(/’/g, "'").split(/[.!?;:\n\r…。！？]+/)
    .map((part) => part.replace(/[^\p{L}\p{M}\p{N}'-]/gu, " ").split(" ").map((word) => word.replace(/^['-]+|['-]+$/g, "")).filter(Boolean))
    .filter((words) => words.length);
}

/** The vocabulary, most frequent word first, and the sentences as places in it; an Error says what a text lacks. */
function readText(text) {
  const length = [...text].length;
  if (length > MOST_CHARACTERS) {
    throw new Error(`The text has ${grouped(length)} characters; this island takes ${grouped(MOST_CHARACTERS)} at most: shorten it.`);
  }
  const split = tokens(text);
  const found = new Map();
  for (const word of split.flat()) found.set(word, (found.get(word) || 0) + 1);
  if (!found.size) throw new Error("There is no word in this text. Write a few sentences, the longer the better.");
  if (found.size === 1) {
    throw new Error(`"${[...found.keys()][0]}" is the only word in this text; to learn what stands beside what takes two at least.`);
  }
  if (split.every((words) => words.length === 1)) {
    throw new Error("Each sentence has one word only, so none has a neighbour. Write sentences of several words.");
  }
  const kept = [...found].sort((a, b) => b[1] - a[1]).slice(0, MOST_WORDS);
  const words = kept.map(([word]) => word);
  const index = new Map(words.map((word, i) => [word, i]));
  const sentences = split.map((each) => each.filter((word) => index.has(word)).map((word) => index.get(word)))
    .filter((each) => each.length > 1);
  if (!sentences.length) {
    throw new Error(`Of ${grouped(found.size)} different words the island keeps the ${MOST_WORDS} most frequent, `
      + "and no two of them share a sentence. Repeat more of the words.");
  }
  return {
    words, index, sentences, counts: kept.map(([, count]) => count), dropped: found.size - words.length,
  };
}

/** Every pair of a centre word and a word of its window, in the order of the text: `{ sentence, at, beside }`. */
function pairsOf(corpus, window) {
  const pairs = [];
  corpus.sentences.forEach((words, sentence) => {
    for (let at = 0; at < words.length; at++) {
      const last = Math.min(words.length - 1, at + window);
      for (let beside = Math.max(0, at - window); beside <= last; beside++) {
        if (beside !== at) pairs.push({ sentence, at, beside });
      }
    }
  });
  return pairs;
}

/** How often each context stands beside each centre word. */
function countPairs(corpus, pairs) {
  const table = corpus.words.map(() => new Int32Array(corpus.words.length));
  for (const { sentence, at, beside } of pairs) table[corpus.sentences[sentence][at]][corpus.sentences[sentence][beside]]++;
  return table;
}

/** Each word's chance to be drawn as a negative: its count to the power ¾, divided by their sum. */
function noiseOf(corpus) {
  const weights = corpus.counts.map((count) => count ** NOISE_POWER);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * The average loss below which no vectors can go. It is reached where u·v is PMI − log k (Levy & Goldberg 2014),
 * with the noise in the place of P(c): there, σ(u·v) is the share of seen pairs among seen and drawn ones.
 */
function leastLoss({ table, noise, negatives, pairs }) {
  let least = 0;
  for (const row of table) {
    const share = row.reduce((sum, count) => sum + count, 0) / pairs.length;
    row.forEach((count, c) => {
      if (!count) return;
      const [seen, drawn] = [count / pairs.length, negatives * share * noise[c]];
      least -= seen * Math.log(seen / (seen + drawn));
      if (drawn) least -= drawn * Math.log(drawn / (seen + drawn));
    });
  }
  return least;
}

// ---------------------------------------------------------------- the model and one step

/** log(1 + exp(x)), which is −log σ(−x), without overflow. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + exp(−x)), without overflow. */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** A vector of zeros; for a few numbers plain arrays are quicker than typed ones. */
const zeros = (length) => new Array(length).fill(0);

function dot(u, v) {
  let sum = 0;
  for (let j = 0; j < u.length; j++) sum += u[j] * v[j];
  return sum;
}

/** Everything that training needs; `U` has a row for each centre word, `V` one for each context. */
function createTrainer(text, { seed, window, negatives, dimensions, one_matrix: oneMatrix, lose_repeats: loseRepeats }) {
  const corpus = readText(text);
  const pairs = pairsOf(corpus, window);
  const noise = noiseOf(corpus);
  const random = createRandom(seed);
  // As in word2vec's own code: small random centre vectors, and context vectors of zeros.
  const U = corpus.words.map(() => zeros(dimensions).map(() => (random() - 0.5) / dimensions));
  const V = oneMatrix ? U : U.map(() => zeros(dimensions));
  return {
    corpus, pairs, noise, random, U, V, window, negatives, dimensions, oneMatrix, loseRepeats,
    table: countPairs(corpus, pairs), steps: 0, next: 0, recent: [],
  };
}

/** A word at random, each with its chance in `noise`. */
function drawNegative({ noise, random }) {
  let left = random();
  for (let word = 0; word < noise.length; word++) {
    left -= noise[word];
    if (left < 0) return word;
  }
  return 0;
}

const drawNegatives = (trainer) => Array.from({ length: trainer.negatives }, () => drawNegative(trainer));

/**
 * One step worked out, nothing changed yet. `targets` are the context (label 1) and the negatives (label 0).
 * The slope of the loss in u·v is the error e = σ(u·v) − label, so the gradient is Σ e v in u, and e u in each v.
 */
function planStep({ corpus, pairs, U, V, loseRepeats }, at, negatives, rate) {
  const pair = pairs[at];
  const sentence = corpus.sentences[pair.sentence];
  const centre = sentence[pair.at];
  const u = U[centre];
  const targets = [sentence[pair.beside], ...negatives];
  const dots = targets.map((target) => dot(u, V[target]));
  const sigmas = dots.map(sigmoid);
  const errors = sigmas.map((sigma, i) => sigma - (i === 0 ? 1 : 0));
  const losses = dots.map((x, i) => softplus(i === 0 ? -x : x));
  const changeU = zeros(u.length);
  const changesV = new Map();
  targets.forEach((target, i) => {
    const v = V[target];
    // A word drawn twice has one row and two gradients: they add up. The bug lets the later one replace the earlier.
    if (!changesV.has(target) || loseRepeats) changesV.set(target, zeros(u.length));
    const changeV = changesV.get(target);
    for (let j = 0; j < u.length; j++) {
      changeU[j] -= rate * errors[i] * v[j];
      changeV[j] -= rate * errors[i] * u[j];
    }
  });
  return { at, pair, centre, targets, dots, sigmas, errors, losses, loss: losses.reduce((a, b) => a + b, 0), changeU, changesV };
}

/** Take a step: add its changes to the rows. */
function takeStep(trainer, step) {
  const add = (row, change) => { for (let j = 0; j < change.length; j++) row[j] += change[j]; };
  add(trainer.U[step.centre], step.changeU);
  for (const [word, change] of step.changesV) add(trainer.V[word], change);
  trainer.recent[trainer.steps % RECENT] = step.loss;
  trainer.steps++;
  trainer.next = (step.at + 1) % trainer.pairs.length;
}

/** What a step adds to a row of U or V; where both roles share a matrix, the changes of both roles. */
function changeOf(trainer, step, matrix, word) {
  const found = [];
  if ((matrix === trainer.U || trainer.oneMatrix) && word === step.centre) found.push(step.changeU);
  if ((matrix === trainer.V || trainer.oneMatrix) && step.changesV.has(word)) found.push(step.changesV.get(word));
  return found.length === 1 ? found[0] : found[0].map((value, j) => value + found[1][j]);
}

/** The words whose centre vectors have the largest cosine to this one's. */
function nearestTo(U, word, k) {
  const length = (u) => Math.sqrt(dot(u, u));
  return U.map((u, at) => ({ at, cosine: dot(u, U[word]) / (length(u) * length(U[word])) || 0 }))
    .filter(({ at }) => at !== word).sort((a, b) => b.cosine - a.cosine).slice(0, k);
}

// ---------------------------------------------------------------- the map

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix, by Jacobi's rotations. */
function eigen(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off = Math.max(off, Math.abs(a[p][q]));
    if (off < 1e-14 * Math.max(...a.map((row, i) => Math.abs(row[i])))) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const angle = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let i = 0; i < n; i++) [a[i][p], a[i][q]] = [c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]];
        for (let i = 0; i < n; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
        for (const row of vectors) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
      }
    }
  }
  return { values: a.map((row, i) => row[i]), vectors };
}

/** The rows on the two directions in which they vary most (PCA), and the share of the variance these two hold. */
function principalPlane(rows) {
  const d = rows[0].length;
  const mean = Array.from({ length: d }, (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  const centred = rows.map((row) => row.map((value, j) => value - mean[j]));
  const covariance = mean.map((_, i) => mean.map((_, j) => centred.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const { values, vectors } = eigen(covariance);
  const [first, second] = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const onto = (row, k) => row.reduce((sum, value, j) => sum + value * vectors[j][k], 0);
  const total = values.reduce((a, b) => a + b, 0);
  return { points: centred.map((row) => [onto(row, first), onto(row, second)]), share: total > 0 ? (values[first] + values[second]) / total : 1 };
}

/**
 * Turn (or mirror and turn) points so that they lie as near as they can to those of the frame before (Procrustes):
 * which way round a principal component points means nothing, and the map would flip from frame to frame.
 */
function turnedLike(points, before) {
  if (!before) return points;
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  points.forEach(([x, y], i) => {
    const [p, q] = before[i];
    xx += x * p; xy += x * q; yx += y * p; yy += y * q;
  });
  const mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const angle = mirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => (mirrored ? [c * x + s * y, s * x - c * y] : [c * x - s * y, s * x + c * y]));
}

/** How far up or down the label of each dot has to move, so that it covers none that is placed already, as far as that goes. */
function shiftLabels(places, words, height) {
  const placed = [];
  const shifts = [];
  for (const word of [...places.keys()].sort((a, b) => places[a][1] - places[b][1])) {
    const [x, y] = places[word];
    const width = 10 + 7 * words[word].length;
    const free = (shift) => y + shift >= 0 && y + shift <= height - LINE
      && !placed.some(([left, top, wide]) => Math.abs(y + shift - top) < LINE - 4 && x < left + wide && left < x + width);
    let shift = 0;
    for (let far = 0; far < 3 * LINE; far += 3) {
      shift = free(far) ? far : -far;
      if (free(shift)) break;
    }
    shifts[word] = free(shift) ? shift : 0;
    placed.push([x, y + shifts[word], width]);
  }
  return shifts;
}

// ---------------------------------------------------------------- words, numbers and strips

function shown(value, digits = 3) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** The smallest of …, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, … that is not below this number: the scale of the strips. */
function niceLimit(most) {
  for (let exponent = -3; exponent < 300; exponent++) {
    for (const digit of [1, 1.5, 2, 3, 5, 7]) if (most <= Number(`${digit}e${exponent}`)) return Number(`${digit}e${exponent}`);
  }
  return 1e300;
}

const largest = (rows) => rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);

/** A new element with a class and a text. */
function element(tag, className = "", text = "") {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text) el.textContent = text;
  return el;
}

/** A strip of coloured cells, a cell a number. */
function paint(strip, values, limit, colours) {
  let canvas = strip.firstElementChild;
  if (!canvas) {
    canvas = element("canvas");
    canvas.height = 1;
    strip.replaceChildren(canvas);
    strip.style.background = "none";
  }
  if (canvas.width !== values.length) canvas.width = values.length;
  const context = canvas.getContext("2d");
  const image = context.createImageData(values.length, 1);
  for (let j = 0; j < values.length; j++) {
    const share = (Math.min(Math.max(values[j] / limit, -1), 1) + 1) / 2;
    image.data.set(colours[Math.floor(share * (colours.length - 1) + 0.5)], 4 * j);
  }
  context.putImageData(image, 0, 0);
}

/** What is odd about the negatives of a step: every second piece is a word spoken about. */
function remark({ corpus, table, loseRepeats }, { centre, targets: [context, ...negatives] }) {
  if (!negatives.length) return ["Nothing is pushed away: all vectors may grow alike, and the loss goes to 0."];
  const times = new Map();
  for (const word of negatives) times.set(word, (times.get(word) || 0) + 1);
  const fate = loseRepeats ? "only the last gradient counts." : "the gradients add up.";
  const said = [""];
  const say = (before, found, after) => {
    found.forEach(([word, count], i) => {
      said[said.length - 1] += i ? ", " : before;
      said.push(corpus.words[word], ` (${count}×)`);
    });
    if (found.length) said[said.length - 1] += after;
  };
  const trueNeighbours = [...times.keys()].filter((word) => word !== context && table[centre][word]);
  say("True neighbours of this centre word, drawn all the same: ", trueNeighbours.map((word) => [word, table[centre][word]]), ". ");
  say("Drawn more than once: ", [...times].filter(([, count]) => count > 1), `; ${fate} `);
  say("Context and negative at once: ", [...times].filter(([word]) => word === context), `; ${fate}`);
  return said[0] ? said : ["Each negative is another word, and none stands beside this centre word in the text."];
}

/** The course of the loss: averages of so many steps each; when there are too many, two become one. */
function createCurve(most = 240) {
  let [size, sum, count] = [1, 0, 0];
  const points = [];
  return {
    points,
    steps: () => points.length * size,
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

// ---------------------------------------------------------------- the island

const NEIGHBOURS = 6;
const BESIDE = 2;
const FAVOURITES = ["tea", "cat"];
const RESTARTS = ["corpus", "text", "seed", "window", "negatives", "dimensions", "one_matrix", "lose_repeats"];
const FRAME = 10; // milliseconds of training in one frame, so that the page stays quick
const LABEL = 56; // pixels of a word on the map, and of its line
const LINE = 16;
const CALM = 1000; // milliseconds between pictures for readers who want no movement

function render({ model, el }) {
  el.innerHTML = model.get("first").html;
  const role = (name) => el.querySelector(`[data-role="${name}"]`);
  const announce = announcer(role("announce"));
  const colours = role("matrices").dataset.palette.split(" ").map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).concat(255));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const ownTexts = Object.fromEntries([...el.querySelectorAll("[data-text]")].map((option) => [option.value, option.dataset.text]));
  const textNow = () => (model.get("corpus") === "own" ? model.get("text") : ownTexts[model.get("corpus")]);

  const corpusField = el.querySelector('[data-option="corpus"]');

  let draft = false;
  let mapSize = [400, 360];
  let trainer, curve, step, taken, chosen, least, before, frame = 0, last = 0, drawn = 0, owed = 0, broken = false;

  // ------------------------------------------------------------ training

  function start() {
    stop();
    trainer = createTrainer(textNow(), Object.fromEntries(RESTARTS.map((key) => [key, model.get(key)])));
    curve = createCurve();
    least = leastLoss(trainer);
    before = null;
    broken = false;
    plan(trainer.next, drawNegatives(trainer));
    setUpWords();
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
    frame = requestAnimationFrame(tick);
  }

  function tick(now) {
    frame = requestAnimationFrame(tick);
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
    const words = trainer.corpus.words;
    announce(`Next pair: centre ${words[step.centre]}, context ${words[step.targets[0]]}.`);
  }

  // ------------------------------------------------------------ showing

  const recentLoss = () => trainer.recent.reduce((a, b) => a + b, 0) / trainer.recent.length;
  const nothing = () => (trainer.negatives + 1) * Math.log(2);

  function summary() {
    if (broken) return `The numbers have run away at step ${grouped(trainer.steps)}: choose a smaller learning rate, and restart.`;
    if (!trainer.steps) return "No step taken yet.";
    return `${grouped(trainer.steps)} ${trainer.steps === 1 ? "step" : "steps"}, loss ${recentLoss().toFixed(2)}.`;
  }

  function showAll() {
    setText(role("count"), summary());
    showStep();
    showChanges();
    showMatrices();
    showMap();
    showLoss();
    showNearest();
  }

  /** Rows are made once and filled again, so that what the reader selected or focused stays. */
  function fill(body, count, makeRow) {
    while (body.children.length > count) body.lastElementChild.remove();
    while (body.children.length < count) body.append(makeRow());
    return [...body.children];
  }

  function showStep() {
    const { words } = trainer.corpus;
    const number = trainer.steps + (taken ? 0 : 1);
    const state = taken ? "taken" : chosen ? "chosen by you, not taken yet" : "not taken yet";
    setText(role("heading"), `Step ${grouped(number)}, ${state}`);
    showSentence();
    writeSentence(role("pair"), [
      `Pair ${grouped(step.at + 1)} of ${grouped(trainer.pairs.length)}: u is the centre vector of `, words[step.centre],
      ", v the context vector of ", words[step.targets[0]], ".",
    ]);
    fill(role("formula"), step.targets.length, newFormulaRow).forEach((row, i) => {
      const [name, ...cells] = row.children;
      row.className = i ? "sg-negative" : "sg-context";
      setText(name.children[0], words[step.targets[i]]);
      setText(name.children[1], i ? "negative (0)" : "context (1)");
      const after = dot(afterStep(trainer.U, step.centre), afterStep(trainer.V, step.targets[i]));
      [step.dots, step.sigmas, step.errors, step.losses].forEach((values, j) => setText(cells[j], shown(values[i])));
      setText(cells[4], shown(after));
    });
    setText(role("loss"), shown(step.loss));
    writeSentence(role("remark"), remark(trainer, step));
    role("remark").classList.toggle("sg-many", trainer.negatives > 4);
  }

  function newFormulaRow() {
    const row = element("tr");
    const name = element("th");
    name.scope = "row";
    name.append(element("span", "sg-name", "·"), element("span", "sg-kind", "·"));
    row.append(name, ...Array.from({ length: 5 }, () => element("td", "", "0")));
    return row;
  }

  const plus = (row, change, sign) => row.map((value, j) => value + sign * change[j]);
  const beforeStep = (matrix, word) => (taken ? plus(matrix[word], changeOf(trainer, step, matrix, word), -1) : matrix[word]);
  const afterStep = (matrix, word) => (taken ? matrix[word] : plus(matrix[word], changeOf(trainer, step, matrix, word), 1));

  function showSentence() {
    const line = role("sentence");
    const { pair: { sentence, at, beside } } = step;
    const ids = trainer.corpus.sentences[sentence];
    const first = Math.max(0, at - trainer.window - BESIDE);
    const shown = ids.slice(first, at + trainer.window + BESIDE + 1);
    line.classList.toggle("sg-wide", trainer.window > 3);
    line.dataset.more = first + shown.length < ids.length ? " …" : "";
    line.dataset.less = first ? "… " : "";
    if (!line.querySelector("button")) line.replaceChildren();
    fill(line, shown.length, () => {
      const button = element("button", "", "·");
      button.type = "button";
      return button;
    }).forEach((button, i) => {
      const place = first + i;
      const kind = place === at ? "centre" : place === beside ? "context" : Math.abs(place - at) <= trainer.window ? "window" : "outside";
      const word = trainer.corpus.words[shown[i]];
      setText(button, word);
      button.className = `sg-${kind}`;
      button.value = `${sentence} ${place}`;
      const says = { centre: "centre", context: "context", window: "make it the context", outside: "make it the centre" }[kind];
      button.title = says;
      button.setAttribute("aria-label", `${word}, ${says}`);
    });
  }

  function showChanges() {
    const rows = [["u", trainer.U, step.centre], ...step.targets.map((target) => ["v", trainer.V, target])]
      .map(([letter, matrix, word]) => ({ letter, word, vectors: [beforeStep(matrix, word), changeOf(trainer, step, matrix, word), afterStep(matrix, word)] }));
    const limit = niceLimit(largest(rows.map(({ vectors }) => vectors[0])));
    const changeLimit = niceLimit(largest(rows.map(({ vectors }) => vectors[1])));
    fill(role("changes"), rows.length, newChangeRow).forEach((row, i) => {
      const { letter, word, vectors } = rows[i];
      writeSentence(row.children[0], [`${letter} `, trainer.corpus.words[word]]);
      vectors.forEach((vector, j) => {
        const [strip, digits] = row.children[j + 1].children;
        paint(strip, vector, j === 1 ? changeLimit : limit, colours);
        setText(digits, Array.from(vector, (value) => shown(value, 4)).join(" "));
      });
    });
    setText(role("change-limit"), `to ±${changeLimit}`);
    setText(role("rate"), String(model.get("learning_rate")));
  }

  function newChangeRow() {
    const row = element("tr");
    const name = element("th");
    name.scope = "row";
    row.append(name);
    for (let j = 0; j < 3; j++) {
      const cell = element("td");
      cell.append(newStrip(), element("span", "sg-digits", "0"));
      row.append(cell);
    }
    return row;
  }

  function newStrip() {
    const strip = element("span", "sg-strip");
    strip.setAttribute("aria-hidden", "true");
    return strip;
  }

  const kindOf = (word) => (word === step.centre ? "centre" : word === step.targets[0] ? "context" : step.targets.includes(word) ? "negative" : "");

  function showMatrices() {
    const limit = niceLimit(Math.max(largest(trainer.U), largest(trainer.V)));
    fill(role("matrices"), trainer.corpus.words.length, () => {
      const row = element("li");
      row.append(element("span", "sg-word", "·"), newStrip(), newStrip());
      return row;
    }).forEach((row, word) => {
      const kind = kindOf(word);
      row.className = kind ? `sg-row sg-${kind}` : "sg-row";
      setText(row.children[0], trainer.corpus.words[word]);
      paint(row.children[1], trainer.U[word], limit, colours);
      paint(row.children[2], trainer.V[word], limit, colours);
    });
    setText(role("low"), `−${limit}`);
    setText(role("high"), String(limit));
    role("shared-rows").hidden = !trainer.oneMatrix;
  }

  function showMap() {
    const map = role("map");
    const { points, share } = principalPlane(trainer.U);
    const turned = turnedLike(points, before);
    const radius = Math.max(...turned.map(([x, y]) => Math.max(Math.abs(x), Math.abs(y)))) || 1;
    before = turned.map(([x, y]) => [x / radius, y / radius]);
    const [width, height] = mapSize;
    const [left, right, low, high] = [0, 1].flatMap((k) => [Math.min, Math.max].map((most) => most(...before.map((point) => point[k]))));
    const scale = Math.min((width - LABEL - 2 * LINE) / (right - left || 1), (height - 3 * LINE) / (high - low || 1));
    const places = before.map(([x, y]) => [
      (width - LABEL) / 2 + (x - (left + right) / 2) * scale, (height - LINE) / 2 - (y - (low + high) / 2) * scale,
    ]);
    const shifts = shiftLabels(places, trainer.corpus.words, height);
    fill(map, places.length, () => element("span", "", "·")).forEach((mark, word) => {
      const [x, y] = places[word];
      setText(mark, trainer.corpus.words[word]);
      mark.className = [kindOf(word) && `sg-${kindOf(word)}`, word === wordNow() && "sg-chosen"].filter(Boolean).join(" ");
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

  function wordNow() {
    const { words, index } = trainer.corpus;
    return index.get([model.get("word"), ...FAVOURITES, words[words.length >> 1]].find((word) => index.has(word)));
  }

  function showNearest() {
    const found = nearestTo(trainer.U, wordNow(), NEIGHBOURS);
    fill(role("nearest"), NEIGHBOURS, () => {
      const row = element("tr");
      const name = element("th");
      name.scope = "row";
      const cell = element("td");
      const bar = element("span", "sg-bar");
      bar.append(element("span"));
      cell.append(element("span", "sg-number", "0"), bar);
      row.append(name, cell);
      return row;
    }).forEach((row, i) => {
      const { at, cosine } = found[i] || { at: -1, cosine: 0 };
      row.style.visibility = at < 0 ? "hidden" : "";
      setText(row.children[0], at < 0 ? "·" : trainer.corpus.words[at]);
      const [number, bar] = row.children[1].children;
      setText(number, shown(cosine, 2));
      bar.firstElementChild.style.transform = `scaleX(${Math.max(cosine, 0).toFixed(3)})`;
    });
  }

  // ------------------------------------------------------------ controls

  function setUpWords() {
    const { words } = trainer.corpus;
    role("word").replaceChildren(...[...words].sort().map((word) => element("option", "", word)));
    role("word").value = words[wordNow()];
  }

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
        if (![...control.options].some((option) => option.value === String(value))) control.append(element("option", "", String(value)));
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
      role("text").value = ownTexts[target.value];
      changeText({ corpus: target.value }, ownTexts[target.value]);
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
    const three = nearestTo(trainer.U, wordNow(), 3).map(({ at, cosine }) => `${trainer.corpus.words[at]} ${shown(cosine, 2)}`).join(", ");
    announce(`Nearest to ${trainer.corpus.words[wordNow()]}: ${three}.`);
  };
  for (const key of RESTARTS) model.on(`change:${key}`, onRestart);
  model.on("change:learning_rate", onRate);
  model.on("change:word", onWord);

  for (const name of ["controls", "live", "settings", "digits-field"]) role(name).hidden = false;
  role("ahead").hidden = true;
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
    for (const key of RESTARTS) model.off(`change:${key}`, onRestart);
    model.off("change:learning_rate", onRate);
    model.off("change:word", onWord);
  };
}

export default { render };
