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
const tokens = (text) => text.toLowerCase().replace(/’/g, "'").split(/[.!?;:\n\r…。！？]+/)
  .map((part) => part.replace(/[^\p{L}\p{M}\p{N}'-]/gu, " ").split(" ").map((word) => word.replace(/^['-]+|['-]+$/g, "")).filter(Boolean))
  .filter((words) => words.length);

/** The vocabulary, most frequent word first, and the sentences as places in it; an Error says what a text lacks. */
function readText(text) {
  const refuse = (so, why) => { if (so) throw new Error(why); };
  const { length } = [...text];
  refuse(length > MOST_CHARACTERS, `The text has ${grouped(length)} characters; this island takes ${grouped(MOST_CHARACTERS)} at most: shorten it.`);
  const split = tokens(text);
  const found = new Map();
  for (const word of split.flat()) found.set(word, (found.get(word) || 0) + 1);
  refuse(!found.size, "There is no word in this text. Write a few sentences, the longer the better.");
  refuse(found.size === 1, `"${[...found.keys()][0]}" is the only word in this text; to learn what stands beside what takes two at least.`);
  refuse(split.every((words) => words.length === 1), "Each sentence has one word only, so none has a neighbour. Write sentences of several words.");
  const kept = [...found].sort((a, b) => b[1] - a[1]).slice(0, MOST_WORDS);
  const words = kept.map(([word]) => word);
  const index = new Map(words.map((word, i) => [word, i]));
  const sentences = split.map((each) => each.filter((word) => index.has(word)).map((word) => index.get(word))).filter((each) => each.length > 1);
  refuse(!sentences.length, `Of ${grouped(found.size)} different words the island keeps the ${MOST_WORDS} most frequent, `
    + "and no two of them share a sentence. Repeat more of the words.");
  return { words, index, sentences, counts: kept.map(([, count]) => count), dropped: found.size - words.length };
}

/** Every pair of a centre word and a word of its window, in the order of the text: their places, and which words they are. */
const pairsOf = ({ sentences }, window) => sentences.flatMap((words, sentence) => words.flatMap((centre, at) =>
  upTo(Math.max(0, at - window), Math.min(words.length - 1, at + window)).filter((beside) => beside !== at)
    .map((beside) => ({ sentence, at, beside, centre, context: words[beside] }))));

/** Each word's chance to be drawn as a negative: its count to the power ¾, divided by their sum. */
function noiseOf({ counts }) {
  const weights = counts.map((count) => count ** NOISE_POWER);
  const total = sum(weights);
  return weights.map((weight) => weight / total);
}

/**
 * The average loss below which no vectors can go. It is reached where u·v is PMI − log k (Levy & Goldberg 2014),
 * with the noise in the place of P(c): there, σ(u·v) is the share of seen pairs among seen and drawn ones.
 */
function leastLoss({ table, noise, negatives, pairs }) {
  const least = (seen, drawn) => -seen * Math.log(seen / (seen + drawn)) - (drawn && drawn * Math.log(drawn / (seen + drawn)));
  const share = (count) => count / pairs.length;
  return sum(table.flatMap((row) => row.map((count, c) => (count ? least(share(count), negatives * share(sum(row)) * noise[c]) : 0))));
}

// ---------------------------------------------------------------- the model and one step

/** log(1 + exp(x)), which is −log σ(−x), without overflow. */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + exp(−x)), without overflow. */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** A vector of zeros; for a few numbers plain arrays are quicker than typed ones. */
const zeros = (length) => new Array(length).fill(0);

function dot(u, v) {
  let total = 0;
  for (let j = 0; j < u.length; j++) total += u[j] * v[j];
  return total;
}

/** Everything that training needs; `U` has a row for each centre word, `V` one for each context. */
function createTrainer(text, settings) {
  const { seed, window, dimensions, one_matrix: oneMatrix } = settings;
  const corpus = readText(text);
  const pairs = pairsOf(corpus, window);
  const random = createRandom(seed);
  // As in word2vec's own code: small random centre vectors, and context vectors of zeros.
  const U = corpus.words.map(() => zeros(dimensions).map(() => (random() - 0.5) / dimensions));
  const V = oneMatrix ? U : U.map(() => zeros(dimensions));
  const table = corpus.words.map(() => zeros(corpus.words.length)); // how often each context stands beside each centre word
  for (const { centre, context } of pairs) table[centre][context]++;
  return { ...settings, corpus, pairs, table, noise: noiseOf(corpus), random, U, V, steps: 0, next: 0, recent: [] };
}

/** Words at random, each with its chance in `noise`. */
function drawNegatives({ noise, random, negatives }) {
  return Array.from({ length: negatives }, () => {
    let left = random();
    return Math.max(noise.findIndex((chance) => (left -= chance) < 0), 0);
  });
}

/**
 * One step worked out, nothing changed yet. `targets` are the context (label 1) and the negatives (label 0).
 * The slope of the loss in u·v is the error e = σ(u·v) − label, so the gradient is Σ e v in u, and e u in each v.
 * `changes` has what each row gets; where both roles share a matrix, a row may get both.
 */
function planStep({ pairs, U, V, lose_repeats: loseRepeats }, at, negatives, rate) {
  const pair = pairs[at];
  const u = U[pair.centre];
  const targets = [pair.context, ...negatives];
  const dots = targets.map((target) => dot(u, V[target]));
  const sigmas = dots.map(sigmoid);
  const errors = sigmas.map((sigma, i) => sigma - (i === 0 ? 1 : 0));
  const losses = dots.map((x, i) => softplus(i === 0 ? -x : x));
  const changes = new Map([u, ...targets.map((target) => V[target])].map((row) => [row, zeros(u.length)]));
  const add = (row, error, other) => other.forEach((value, j) => { changes.get(row)[j] -= rate * error * value; });
  targets.forEach((target, i) => {
    add(u, errors[i], V[target]);
    // A word drawn twice has one row and two gradients: they add up. The bug lets the later one replace the earlier.
    if (!loseRepeats || targets.lastIndexOf(target) === i) add(V[target], errors[i], u);
  });
  return { at, pair, centre: pair.centre, targets, dots, sigmas, errors, losses, loss: sum(losses), changes };
}

/** Take a step: add its changes to the rows. */
function takeStep(trainer, step) {
  for (const [row, change] of step.changes) change.forEach((value, j) => { row[j] += value; });
  trainer.recent[trainer.steps++ % RECENT] = step.loss;
  trainer.next = (step.at + 1) % trainer.pairs.length;
}

/** The words whose centre vectors have the largest cosine to this one's. */
function nearestTo(U, word, k) {
  const length = (u) => Math.sqrt(dot(u, u));
  return U.map((u, at) => ({ at, cosine: dot(u, U[word]) / (length(u) * length(U[word])) || 0 }))
    .filter(({ at }) => at !== word).sort((a, b) => b.cosine - a.cosine).slice(0, k);
}

// ---------------------------------------------------------------- what is said and shown of it

/** What is odd about the negatives of a step: every second piece is a word spoken about. */
function remark({ corpus, table, lose_repeats: loseRepeats }, { centre, targets: [context, ...negatives] }) {
  if (!negatives.length) return ["Nothing is pushed away: all vectors may grow alike, and the loss goes to 0."];
  const different = [...new Set(negatives)];
  const times = (word) => negatives.filter((each) => each === word).length;
  const fate = loseRepeats ? "only the last gradient counts." : "the gradients add up.";
  const said = [""];
  const say = (before, words, count, after) => {
    words.forEach((word, i) => {
      said[said.length - 1] += i ? ", " : before;
      said.push(corpus.words[word], ` (${count(word)}×)`);
    });
    if (words.length) said[said.length - 1] += after;
  };
  const beside = (word) => table[centre][word];
  say("True neighbours of this centre word, drawn all the same: ", different.filter((word) => word !== context && beside(word)), beside, ". ");
  say("Drawn more than once: ", different.filter((word) => times(word) > 1), times, `; ${fate} `);
  say("Context and negative at once: ", different.filter((word) => word === context), times, `; ${fate}`);
  return said[0] ? said : ["Each negative is another word, and none stands beside this centre word in the text."];
}
