// Skip-gram with negative sampling: from text to pairs, and one step. island.js shows it; a test holds each step to that
// of embedlib.words.skipgram.

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

// ---------------------------------------------------------------- what is said and shown of it

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

/** The smallest of …, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, … that is not below this number: the scale of the strips. */
function niceLimit(most) {
  for (let exponent = -3; exponent < 300; exponent++) {
    for (const digit of [1, 1.5, 2, 3, 5, 7]) if (most <= Number(`${digit}e${exponent}`)) return Number(`${digit}e${exponent}`);
  }
  return 1e300;
}

const largest = (rows) => rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);
