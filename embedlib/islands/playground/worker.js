// Searches the pool for the playground, so that the page never waits. answers.py gives the same numbers.

const SHOWN = 8;
const TAIL = 0.05;
let pool = null;

/** A word's unit vector, in double precision. */
const vectorIn = (word) => Float64Array.from(vectorOf(pool, pool.index.get(word)));

/** The cosine of every word with a unit vector. */
function cosines(target) {
  const { vectors, n, d } = pool;
  const scores = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += vectors[at++] * target[j];
    scores[i] = sum;
  }
  return scores;
}

/** The places of the k largest, largest first; of two that tie, the more frequent word. */
function largest(scores, k) {
  const best = [];
  for (let i = 0; i < scores.length; i++) {
    if (best.length === k && scores[i] <= scores[best[k - 1]]) continue;
    let place = best.length < k ? best.length : k - 1;
    for (; place > 0 && scores[best[place - 1]] < scores[i]; place--) best[place] = best[place - 1];
    best[place] = i;
  }
  return best;
}

function countAbove(scores, limit) {
  let above = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] > limit) above++;
  return above;
}

/** The rank of a word among the neighbours of another; the nearest has rank 1. */
function rankBeside(word, other) {
  const scores = cosines(vectorIn(word));
  scores[pool.index.get(word)] = -Infinity;
  return countAbove(scores, scores[pool.index.get(other)]) + 1;
}

const tasks = {
  load({ raw }) {
    pool = readPool(raw);
    return { n: pool.n, d: pool.d, colours: pool.colours, limit: pool.header.strip_limit };
  },

  /** What a reader typed: the word that it is, or null; a sentence about it; words to choose from. */
  read({ text }) {
    const { at, say, options } = understand(pool, text);
    return { word: at < 0 ? null : pool.words[at], say, options };
  },

  /** a : b :: c : ?, with the question words in their places and without. */
  analogy({ words, leaveOut, expected }) {
    const [a, b, c] = words.map(vectorIn);
    const target = b.map((value, j) => value - a[j] + c[j]);
    const length = Math.sqrt(target.reduce((sum, value) => sum + value * value, 0));
    target.forEach((value, j) => { target[j] = value / length; });
    const scores = cosines(target);
    const order = largest(scores, SHOWN + words.length);
    const others = order.filter((at) => !words.includes(pool.words[at]));
    const winner = pool.words[others[0]];
    const found = (leaveOut ? others : order).slice(0, SHOWN).map((at) => ({ word: pool.words[at], score: scores[at] }));
    const inputs = [...new Set(words)].map((word) => {
      const score = scores[pool.index.get(word)];
      return { word, rank: countAbove(scores, score) + 1, score };
    }).sort((one, other) => one.rank - other.rank);
    let rank = 0;
    if (expected && pool.index.has(expected)) {
      const score = scores[pool.index.get(expected)];
      const barred = leaveOut ? inputs.filter((each) => each.score > score).length : 0;
      rank = countAbove(scores, score) - barred + 1;
    }
    const alone = [rankBeside(words[1], winner), rankBeside(words[2], winner)];
    return { found, inputs, winner, alone, rank, strips: [b, a.map((value) => -value), c, target, vectorIn(found[0].word)] };
  },

  odd({ words }) {
    const vectors = words.map(vectorIn);
    const product = (u, v) => u.reduce((sum, value, j) => sum + value * v[j], 0);
    const table = vectors.map((u) => vectors.map((v) => product(u, v)));
    const means = table.map((row, i) => (row.reduce((sum, value) => sum + value, 0) - row[i]) / (words.length - 1));
    const order = [...words.keys()].sort((i, j) => means[i] - means[j]);
    return { table, means, order };
  },

  axis({ ends, words }) {
    const [from, to] = ends.map(vectorIn);
    const direction = to.map((value, j) => value - from[j]);
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    const every = cosines(direction.map((value) => value / length));
    const places = words.map((word) => every[pool.index.get(word)]);
    const left = places.map((place) => every.reduce((count, value) => count + (value < place), 0) / pool.n);
    const shareAll = every.reduce((sum, value) => sum + value * value, 0) / pool.n;
    const ordered = every.sort();
    const out = Math.floor(TAIL * pool.n);
    return { half: length / 2, places, left, band: [ordered[out], ordered[pool.n - 1 - out]], shareAll };
  },
};

onmessage = ({ data }) => {
  try {
    postMessage({ id: data.id, result: tasks[data.task](data) });
  } catch (reason) {
    postMessage({ id: data.id, error: reason.message });
  }
};
