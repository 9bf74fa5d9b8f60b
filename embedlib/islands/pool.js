// What the islands over the pool of words share (neighbors/pool.py packs it): decoding it, understanding what a reader
// typed, strips of colour. It stands in front of the module, and of the worker, of each island that names it.

const OPTIONS = 8;
const EXAMPLES = ["cat", "paris", "guitar"];

// ---------------------------------------------------------------- the pool

/** Decode what pool.py packed, unzipped: a line of JSON, the words, the rounded numbers column by column. */
function readPool(raw) {
  const end = raw.indexOf(10);
  const decoder = new TextDecoder();
  const header = JSON.parse(decoder.decode(raw.subarray(0, end)));
  if (header.format !== 1) throw new Error("its format is another version’s");
  const { words: n, dimensions: d, text_bytes: length, step, offsets } = header;
  const words = decoder.decode(raw.subarray(end + 1, end + 1 + length)).split("\n");
  const first = end + 1 + length;
  if (words.length !== n || raw.length !== first + n * d) throw new Error("it is not complete");
  const columns = new Int8Array(raw.buffer, raw.byteOffset + first, n * d);
  const vectors = new Float32Array(n * d);
  const squares = new Float64Array(n);
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < n; i++) {
      const value = offsets[j] + step * columns[j * n + i];
      vectors[i * d + j] = value;
      squares[i] += value * value;
    }
  }
  for (let i = 0, at = 0; i < n; i++) {
    const length = Math.sqrt(squares[i]);
    for (let j = 0; j < d; j++, at++) vectors[at] /= length;
  }
  const index = new Map(words.map((word, i) => [word, i]));
  const letters = Int32Array.from(words, letterSet);
  const sorted = [...words].sort();
  const colours = header.palette.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return { header, words, index, vectors, letters, sorted, colours, n, d };
}

const vectorOf = (pool, i) => pool.vectors.subarray(i * pool.d, (i + 1) * pool.d);

function dot(pool, a, b) {
  const { vectors, d } = pool;
  let sum = 0;
  for (let j = 0, x = a * d, y = b * d; j < d; j++) sum += vectors[x + j] * vectors[y + j];
  return sum;
}

// ---------------------------------------------------------------- spelling

/** Which letters a word has, as bits: two words one edit apart differ in at most two of them. */
function letterSet(word) {
  let set = 0;
  for (let i = 0; i < word.length; i++) set |= 1 << (word.charCodeAt(i) % 31);
  return set;
}

function bits(set) {
  let count = set - ((set >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const editRows = [0, 1, 2].map(() => new Uint8Array(128));

/** Edits (insert, drop, change, swap neighbours) from one word to the other, or limit + 1. */
function edits(a, b, limit) {
  let [before, row, next] = editRows;
  for (let j = 0; j <= b.length; j++) row[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const letter = a.charCodeAt(i - 1);
    const lastLetter = i > 1 ? a.charCodeAt(i - 2) : -1;
    let least = i;
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const other = b.charCodeAt(j - 1);
      let cost = row[j - 1] + (letter === other ? 0 : 1);
      if (row[j] + 1 < cost) cost = row[j] + 1;
      if (next[j - 1] + 1 < cost) cost = next[j - 1] + 1;
      if (j > 1 && letter === b.charCodeAt(j - 2) && lastLetter === other && before[j - 2] + 1 < cost) cost = before[j - 2] + 1;
      next[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [before, row, next] = [row, next, before];
  }
  return row[b.length];
}

/** Words spelled almost like this: one edit away and, where those are few, two; the more frequent first. */
function spelledLike(pool, text, count) {
  if (text.length > 100) return [];
  const set = letterSet(text);
  const found = [];
  for (const distance of text.length < 4 ? [1] : [1, 2]) {
    for (let i = 0; i < pool.n && found.length < count; i++) {
      if (bits(set ^ pool.letters[i]) > 2 * distance) continue;
      const word = pool.words[i];
      if (Math.abs(word.length - text.length) > distance || word.length > 100) continue;
      if (edits(text, word, distance) === distance) found.push(word);
    }
    if (found.length > 2) break;
  }
  return found;
}

/** The most frequent words that begin with this text and are longer. */
function beginningWith(pool, text, count) {
  const { sorted, index } = pool;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < text) low = middle + 1;
    else high = middle;
  }
  const found = [];
  for (; low < sorted.length && sorted[low].startsWith(text); low++) if (sorted[low] !== text) found.push(index.get(sorted[low]));
  return found.sort((a, b) => a - b).slice(0, count).map((at) => pool.words[at]);
}

// ---------------------------------------------------------------- what was typed

/**
 * What a reader typed, understood: `at` is the word's place in the pool, or -1;
 * `say` is a sentence about it (every second piece a word), `options` are words to choose from.
 */
function understand(pool, typed) {
  const text = typed.normalize("NFKC").replace(/[\u2018\u2019]/g, "'").trim();
  const total = grouped(pool.n);
  const known = (word) => pool.index.has(word);
  if (!text) return { at: -1, say: ["Type a word, for instance one of these."], options: EXAMPLES.filter(known) };
  const lower = text.toLowerCase();
  for (const form of [text, lower]) {
    if (!known(form)) continue;
    const say = form === text ? [""] : ["The model’s words are all in lower case: ", text, " is looked up as ", form, "."];
    return { at: pool.index.get(form), say, options: beginningWith(pool, form, OPTIONS - 2) };
  }
  if (/\s/.test(lower)) {
    const words = lower.split(/\s+/).filter(known).slice(0, OPTIONS);
    const joined = lower.replace(/\s+/g, "-");
    const options = known(joined) ? [joined, ...words] : words;
    return { at: -1, say: ["A vector belongs to a single word; there is none for the phrase ", text,
      options.length ? ". Choose one of its words." : "."], options };
  }
  const longer = beginningWith(pool, lower, OPTIONS);
  if (/^[\d.,:/%+\u2212-]+$/.test(lower) && /\d/.test(lower)) {
    return { at: -1, say: ["Numbers are words here like others, if they are frequent enough; ", text, ` is not among the ${total}.`],
      options: longer.length ? longer : spelledLike(pool, lower, OPTIONS) };
  }
  if (lower.includes("'")) {
    const cut = lower.endsWith("n't") ? lower.length - 3 : lower.indexOf("'");
    const pieces = [lower.slice(0, cut), lower.slice(cut)].filter(known);
    if (pieces.length) {
      return { at: -1, say: ["The model’s text was split at apostrophes, so ", text, " stands in it as separate words."], options: pieces };
    }
  }
  const close = longer.length < 4 && lower.length > 2 ? spelledLike(pool, lower, OPTIONS - longer.length) : [];
  const options = [...new Set([...longer, ...close])];
  const ending = longer.length ? " yet: go on typing, or choose one of these." : options.length ? ". Did you mean one of these?"
    : `, and none of them is spelled like it. They are the most frequent of ${grouped(pool.header.of)}, English, in lower case.`;
  return { at: -1, say: ["", text, ` is not among the ${total} words${ending}`], options };
}

// ---------------------------------------------------------------- numbers and pictures

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

function signed(value, digits = 2) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A strip of coloured cells, a cell a number: drawn where Python's picture of the first word was. */
function drawStrip(pool, strip, values, limit) {
  let canvas = strip.firstElementChild;
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.width = values.length;
    canvas.height = 1;
    strip.replaceChildren(canvas);
    strip.style.background = "none";
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(values.length, 1);
  const last = pool.colours.length - 1;
  for (let j = 0; j < values.length; j++) {
    const share = (Math.min(Math.max(values[j] / limit, -1), 1) + 1) / 2;
    const [red, green, blue] = pool.colours[Math.floor(share * last + 0.5)];
    image.data.set([red, green, blue, 255], 4 * j);
  }
  context.putImageData(image, 0, 0);
}
