// What the islands over the pool of words share (pool.py packs it): decoding it, searching it, understanding what a
// reader typed. It stands in front of the module, and of the worker, of each island that names it.

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
  const vector = (word) => Float64Array.from(vectors.subarray(index.get(word) * d, (index.get(word) + 1) * d));
  return { header, words, index, vector, vectors, letters, sorted, n, d };
}

/** What Python's `first_of` sent, to draw from before the pool has come. */
const firstPool = ({ header, vectors }) => ({ header, vector: (word) => Float64Array.from(vectors[word]) });

/** The pool, when the reader first uses the island; see `atFirstUse`. */
function poolAtFirstUse(model, el, say) {
  const open = async (again) => readPool(await gunzip(await requestPart(model, "data", again)));
  return atFirstUse({ model, el, say, open, what: "word vectors" });
}

// ---------------------------------------------------------------- searching

/** The cosine of every word with a unit vector; words that are left out get none. */
function cosines({ vectors, index, n, d }, target, without = []) {
  const scores = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += vectors[at++] * target[j];
    scores[i] = sum;
  }
  for (const word of without) scores[index.get(word)] = -Infinity;
  return scores;
}

/** The k words with the largest scores, largest first; of two that tie, the more frequent one: `[word, score]`. */
function largest({ words }, scores, k) {
  const best = [];
  for (let i = 0; i < scores.length; i++) {
    if (best.length === k && scores[i] <= scores[best[k - 1]]) continue;
    let place = best.length < k ? best.length : k - 1;
    for (; place > 0 && scores[best[place - 1]] < scores[i]; place--) best[place] = best[place - 1];
    best[place] = i;
  }
  return best.map((i) => [words[i], scores[i]]);
}

/** The place of a word by these scores; the largest has rank 1. */
function rankOf({ index }, scores, word) {
  const limit = scores[index.get(word)];
  let above = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] > limit) above++;
  return above + 1;
}

/** The rank of a word among the neighbours of another. */
const rankBeside = (pool, word, other) => (word === other ? 0 : rankOf(pool, cosines(pool, pool.vector(word), [word]), other));

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

/**
 * A text field for one word. `use` is what `atFirstUse` gives; `say(pieces)` writes beside the field; `onWord(word)`
 * takes what the reader typed, or gives a sentence against it; `onSettle()` follows a choice.
 */
function wordField({ input, list, kind, use, say, announce, onWord, onSettle = () => {}, mayBeEmpty = false }) {
  const box = combobox({
    input, list, onBegin: use.begin,
    onText: (text) => use.run((pool) => typed(pool, text), kind),
    onChoose: (text) => use.run((pool) => chosen(pool, text), kind),
  });
  input.addEventListener("blur", () => box.setOptions([]));
  const offer = (options) => box.setOptions(document.activeElement === input ? options : []);
  function take(word, pieces) {
    const against = onWord(word);
    input.setAttribute("aria-invalid", String(Boolean(against)));
    say(against || pieces);
    if (against) announce(against.join(""));
  }
  function typed(pool, text) {
    if (mayBeEmpty && !text.trim()) {
      offer([]);
      take("", [""]);
      return;
    }
    const { at, say: pieces, options } = understand(pool, text);
    offer(options);
    if (at >= 0) { take(pool.words[at], pieces); return; }
    input.setAttribute("aria-invalid", "true");
    say(pieces);
    announce(`${pieces.join("")} ${options.join(", ")}`);
  }
  function chosen(pool, text) {
    const { at, say: pieces } = understand(pool, text);
    if (at < 0) { typed(pool, text); return; }
    offer([]);
    input.value = pool.words[at];
    take(pool.words[at], pieces);
    onSettle();
  }
  /** Show a word that came from elsewhere: a press, a ready question, Python. */
  function show(word) {
    input.value = word;
    input.removeAttribute("aria-invalid");
    box.setOptions([]);
    say([""]);
  }
  return { input, show, offer };
}

const COUNTS = ["no", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
const sameWords = (one, other) => one.length === other.length && one.every((each, i) => each === other[i]);

/**
 * A list of words to add to and to take from, between `fewest` and `most`. `onWords(words)` gets each new list that is
 * long enough; otherwise the last answer stays, and it is said why. `button` adds what stands in the field.
 */
function wordList({ list, input, options, button, kind, use, say, announce, fewest, most, onWords }) {
  let words = [];
  let handed = [];
  const box = combobox({
    input, list: options, onBegin: use.begin,
    onText: (text) => use.run((pool) => typed(pool, text), kind),
    onChoose: (text) => use.run((pool) => add(pool, text), kind),
  });
  input.addEventListener("blur", () => box.setOptions([]));
  const offer = (texts) => box.setOptions(document.activeElement === input ? texts : []);
  button.addEventListener("click", () => use.run((pool) => { add(pool, input.value); input.focus(); }, kind));
  const split = (text) => text.split(/[\s,;]+/).filter(Boolean);

  function typed(pool, text) {
    const piece = split(text).pop();
    if (!piece) {
      offer([]);
      say([""]);
      return;
    }
    const { at, say: pieces, options: texts } = understand(pool, piece);
    offer(texts);
    if (at >= 0) say([`${pieces.join("") ? "In lower case: " : ""}Enter adds `, pool.words[at], "."]);
    else {
      say(pieces);
      announce(`${pieces.join("")} ${texts.join(", ")}`);
    }
  }

  /** Add what was typed, which may be several words; an option that was chosen stands for the last of them. */
  function add(pool, text) {
    const before = split(input.value);
    const pieces = text === input.value ? before : [...before.slice(0, -1), text];
    if (!pieces.length) {
      say(["Type a word to add it."]);
      return;
    }
    const left = [];
    let trouble = null;
    let texts = [];
    for (const piece of pieces) {
      const read = understand(pool, piece);
      const word = pool.words[read.at];
      let problem = null;
      if (!word) problem = read.say;
      else if (words.includes(word)) problem = ["", word, " is in the list already."];
      else if (words.length >= most) problem = [`${COUNTS[most]} words at most: take one out first.`];
      else words.push(word);
      if (!problem) continue;
      left.push(piece);
      if (!trouble) [trouble, texts] = [problem, word ? [] : read.options];
    }
    input.value = left.join(" ");
    input.setAttribute("aria-invalid", String(left.length > 0));
    offer(texts);
    settle(trouble);
  }

  function takeOut(at) {
    const [word] = words.splice(at, 1);
    settle(null, word);
    const next = list.children[Math.min(at, words.length - 1)];
    (next ? next.firstElementChild : input).focus();
  }

  function settle(trouble, out = null) {
    draw();
    const needed = `${COUNTS[fewest]} ${fewest === 1 ? "word is" : "words are"} needed. Until then, the last answer stands below.`;
    const problem = trouble || (words.length < fewest ? [needed] : null);
    say(problem || (out ? ["", out, " is taken out."] : [""]));
    if (problem) announce(problem.join(""));
    if (words.length < fewest || sameWords(words, handed)) return;
    handed = [...words];
    onWords(handed);
  }

  function draw() {
    list.replaceChildren(...words.map((word, i) => {
      const out = make("button", { type: "button", "aria-label": `Take out ${word}`, title: `Take out ${word}` },
        make("span", {}, word), make("span", { class: "i-cross", "aria-hidden": "true" }, "×"));
      out.addEventListener("click", () => use.run(() => takeOut(i), kind));
      return make("li", {}, out);
    }));
  }
  /** Show words that came from elsewhere: a ready question, Python. */
  function show(others) {
    [words, handed] = [[...others], [...others]];
    draw();
    box.setOptions([]);
    input.value = "";
    input.removeAttribute("aria-invalid");
    say([""]);
  }
  return { show };
}

/** What is searched, and what the rounding does. */
function poolSentence({ words, of, model, dimensions, rounding }) {
  return `Searched: the ${grouped(words)} most frequent of the ${grouped(of)} words of ${model}, ${dimensions} numbers each; ` +
    "ranks are ranks among these. The numbers are rounded to eight bits: of a word’s ten neighbours, " +
    `${rounding.kept.toFixed(1)} on average are those of the unrounded vectors, and their cosines are off by ` +
    `at most ${rounding.error.toFixed(3)} (measured on ${grouped(rounding.queries)} words).`;
}
