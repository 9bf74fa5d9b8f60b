// The neighbours of a word, as you type. Python wrote the tables and sentences for the first words (static.py);
// from then on this module keeps them up to date. A browser test holds the two to the same words.

const NEIGHBOURS = 10;
const HISTOGRAM_FROM = -0.5;
const HEAD = 26;
const OPTIONS = 8;
const EXAMPLES = ["cat", "paris", "guitar"];

// ---------------------------------------------------------------- the pool

/** Decode what pool.py packed: a line of JSON, the words, the rounded numbers column by column. */
async function readPool(bytes) {
  const raw = await gunzip(bytes);
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
  const { head, rest, order } = largestColumns(vectors, n, d);
  const index = new Map(words.map((word, i) => [word, i]));
  const letters = Int32Array.from(words, letterSet);
  const sorted = [...words].sort();
  const colours = header.palette.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return { header, words, index, vectors, head, rest, order, letters, sorted, colours, n, d };
}

const vectorOf = (pool, i) => pool.vectors.subarray(i * pool.d, (i + 1) * pool.d);

/**
 * The columns with the largest numbers, side by side: what a dot product over them leaves out is at most the
 * product of the two `rest` lengths (Cauchy and Schwarz), so most words are ruled out after half the work.
 */
function largestColumns(vectors, n, d) {
  const energy = new Float64Array(d);
  for (let i = 0; i < n * d; i++) energy[i % d] += vectors[i] * vectors[i];
  const order = [...energy.keys()].sort((a, b) => energy[b] - energy[a]).slice(0, HEAD);
  const head = new Float32Array(n * order.length);
  const rest = new Float32Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let left = 1;
    for (const j of order) {
      const value = vectors[i * d + j];
      head[at++] = value;
      left -= value * value;
    }
    rest[i] = Math.sqrt(Math.max(left, 0));
  }
  return { head, rest, order };
}

function dot(pool, a, b) {
  const { vectors, d } = pool;
  let sum = 0;
  for (let j = 0, x = a * d, y = b * d; j < d; j++) sum += vectors[x + j] * vectors[y + j];
  return sum;
}

/** The ten words with the largest cosine to this one, itself left out: `{ at, score }`, nearest first. */
function nearest(pool, at, k = NEIGHBOURS) {
  const { head, rest, n } = pool;
  const width = pool.order.length;
  const query = head.slice(at * width, (at + 1) * width);
  const slack = rest[at];
  const best = [];
  let needed = -2;
  for (let i = 0, o = 0; i < n; i += 2, o += 2 * width) {
    // Two words at a time and two sums for each: a processor need not wait for one addition before the next.
    const p = i + 1 < n ? o + width : o;
    let a = 0, b = 0, c = 0, e = 0;
    for (let j = 0; j < width; j += 2) {
      const x = query[j], y = query[j + 1];
      a += head[o + j] * x;
      b += head[o + j + 1] * y;
      c += head[p + j] * x;
      e += head[p + j + 1] * y;
    }
    if (a + b + slack * rest[i] + 1e-5 > needed) consider(i);
    if (i + 1 < n && c + e + slack * rest[i + 1] + 1e-5 > needed) consider(i + 1);
  }
  function consider(i) {
    if (i === at) return;
    const score = dot(pool, at, i);
    if (score <= needed) return;
    let place = best.length < k ? best.length : k - 1;
    for (; place > 0 && best[place - 1].score < score; place--) best[place] = best[place - 1];
    best[place] = { at: i, score };
    if (best.length === k) needed = best[k - 1].score;
  }
  return best;
}

/** How many words are nearer to this one than the other is, plus one. */
function rankOf(pool, at, other) {
  const limit = dot(pool, at, other);
  let above = 0;
  for (let i = 0; i < pool.n; i++) if (i !== at && i !== other && dot(pool, at, i) > limit) above++;
  return above + 1;
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

// ---------------------------------------------------------------- sentences and pictures

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

function signed(value, digits = 2) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

function shareBelow(pool, cosine) {
  const { counts, pairs } = pool.header.strangers;
  const place = ((Math.min(Math.max(cosine, -1), 1) + 1) / 2) * counts.length;
  const whole = Math.min(Math.floor(place), counts.length - 1);
  let above = 0;
  for (let i = whole; i < counts.length; i++) above += counts[i];
  above = Math.round(above - (place - whole) * counts[whole]);
  if (above === 0) return `higher than each of ${grouped(pairs)} such pairs`;
  if (above < pairs / 1000) return `higher than all but ${grouped(above)} of ${grouped(pairs)} such pairs`;
  return `higher than ${((1 - above / pairs) * 100).toFixed(1)} % of such pairs`;
}

function strangersSentence(pool, best) {
  const [first, last] = [best[0], best[best.length - 1]];
  return [
    `Two words drawn at random from the ${grouped(pool.n)} have a cosine of ${signed(pool.header.strangers.mean)} on average. The nearest, `,
    pool.words[first.at], `, is ${shareBelow(pool, first.score)}; the last of the ten, `,
    pool.words[last.at], `, is ${shareBelow(pool, last.score)}.`,
  ];
}

function pairSentences(pool, at, otherAt, products) {
  const [word, other] = [pool.words[at], pool.words[otherAt]];
  if (at === otherAt) return [["This is ", word, " beside itself: every word has a cosine of 1 with itself."], [""]];
  let [cosine, agree, largest] = [0, 0, 0];
  products.forEach((product, j) => {
    cosine += product;
    if (product > 0) agree++;
    if (Math.abs(product) > Math.abs(products[largest])) largest = j;
  });
  return [[
    "The cosine of ", word, " and ", other, ` is ${signed(cosine)}, ${shareBelow(pool, cosine)}. Among the neighbours of `,
    word, ", ", other, ` is number ${grouped(rankOf(pool, at, otherAt))}; among those of `,
    other, ", ", word, ` is number ${grouped(rankOf(pool, otherAt, at))}.`,
  ], [
    `The ${pool.d} products add up to the cosine. ${agree} are positive: there, both words have the same sign. ` +
    `The largest is that of number ${largest + 1}: ${signed(products[largest])}.`,
  ]];
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

/** Move a mark of the histogram to a cosine. Marks and bars move by transforms: nothing has to be laid out again. */
function placeMark(mark, cosine) {
  const share = Math.min(Math.max((cosine - HISTOGRAM_FROM) / (1 - HISTOGRAM_FROM), 0), 1);
  mark.style.transform = `translateX(${(share * 100).toFixed(2)}%)`;
}

// ---------------------------------------------------------------- the island

function render({ model, el }) {
  showStatic(model, el);
  const role = (name) => el.querySelector(`[data-role="${name}"]`);
  const announce = announcer(role("announce"));
  const back = role("back");
  const loads = model.get("loads");
  const visited = [];
  let settled = model.get("word");
  let pool = null;
  let loading = null;
  let failed = false;
  let later = 0;

  // The rows are made once and filled again at each answer, so that the focus stays where the reader put it.
  const rows = [...role("rows").rows].map((row) => {
    const name = row.querySelector(".nb-word");
    const parts = { row, name, number: row.querySelector(".nb-number"), bar: row.querySelector(".nb-bar > span"), strip: row.querySelector(".nb-strip") };
    if (row.classList.contains("nb-neighbour")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name.textContent;
      button.title = "Show its neighbours";
      button.addEventListener("click", () => withPool(() => go(button.textContent)));
      name.replaceChildren(button);
      parts.name = button;
    }
    return parts;
  });
  const [queryRow, ...neighbourRows] = rows;
  const marks = [...role("marks").children];
  const pairMark = marks.pop();

  const fields = { word: setUpField("word"), other: setUpField("other") };

  function setUpField(key) {
    const field = role(`${key}-field`);
    const input = field.querySelector("input");
    const status = role(`${key}-status`);
    const box = combobox({
      input,
      list: field.querySelector("ul"),
      onBegin: () => { if (!pool) load(); },
      onText: (text) => withPool(() => typed(key, text)),
      onChoose: (text) => withPool(() => chosen(key, text)),
    });
    input.value = model.get(key);
    field.hidden = false;
    input.addEventListener("blur", () => { if (key === "word") settle(); });
    return { input, status, box };
  }

  function load() {
    loading ||= (async () => {
      fields.word.status.textContent = loads ? `Loading ${loads} of word vectors …` : "Loading the word vectors …";
      el.setAttribute("aria-busy", "true");
      try {
        pool = await readPool(await requestPart(model, "data", failed));
        fields.word.status.textContent = "";
        showWord();
        showPair();
      } catch (reason) {
        loading = null;
        failed = true;
        const text = `The word vectors did not arrive (${reason.message}). What stands below is still true; type again to try again.`;
        fields.word.status.textContent = text;
        announce(text);
      } finally {
        el.removeAttribute("aria-busy");
      }
    })();
    return loading;
  }

  /** Do something with the pool: at once where it is there, else when it has come; only the last wish counts. */
  let wish = null;
  function withPool(action) {
    if (pool) { action(); return; }
    wish = action;
    load().then(() => {
      if (pool && wish === action) { wish = null; action(); }
    });
  }

  function typed(key, text) {
    if (key === "other" && !text.trim()) {
      setWord(key, "", [""], []);
      return;
    }
    const { at, say, options } = understand(pool, text);
    if (at >= 0) setWord(key, pool.words[at], say, options);
    else {
      writeSentence(fields[key].status, say);
      fields[key].box.setOptions(options);
      announce(`${say.join("")} ${options.join(", ")}`);
    }
  }

  function chosen(key, text) {
    const { at, say } = text.trim() || key === "word" ? understand(pool, text) : { at: -1, say: [""] };
    if (at < 0) { typed(key, text); return; }
    setWord(key, pool.words[at], say, []);
    if (key === "word") settle();
    fields[key].input.value = pool.words[at];
  }

  function setWord(key, word, say, options) {
    writeSentence(fields[key].status, say);
    fields[key].box.setOptions(options);
    if (model.get(key) === word) return;
    model.set(key, word);
    model.save_changes();
  }

  /** The words a reader stayed with, for the way back; those typed through on the way to another are none. */
  function settle() {
    const word = model.get("word");
    if (word === settled) return;
    visited.push(settled);
    settled = word;
    showBack();
  }
  function showBack() {
    back.disabled = !visited.length;
    back.setAttribute("aria-label", visited.length ? `Back to ${visited[visited.length - 1]}` : "Back");
    back.title = back.getAttribute("aria-label");
  }
  back.addEventListener("click", () => withPool(() => {
    settle();
    const word = visited.pop();
    if (word === undefined) return;
    settled = word;
    fields.word.input.value = word;
    setWord("word", word, [""], []);
    showBack();
    if (back.disabled) fields.word.input.focus();
  }));

  function go(word) {
    settle();
    fields.word.input.value = word;
    setWord("word", word, [""], []);
    settle();
  }

  function showWord() {
    const at = pool.index.get(model.get("word"));
    const best = nearest(pool, at);
    const limit = pool.header.strip_limit;
    setText(role("query"), pool.words[at]);
    setText(queryRow.name, pool.words[at]);
    drawStrip(pool, queryRow.strip, vectorOf(pool, at), limit);
    neighbourRows.forEach(({ row, name, number, bar, strip }, i) => {
      const { at: found, score } = best[i];
      row.dataset.cosine = score.toFixed(6);
      setText(name, pool.words[found]);
      setText(number, signed(score));
      bar.style.transform = `scaleX(${Math.max(score, 0).toFixed(4)})`;
      drawStrip(pool, strip, vectorOf(pool, found), limit);
      placeMark(marks[i], score);
    });
    writeSentence(role("strangers"), strangersSentence(pool, best));
    const three = best.slice(0, 3).map((each) => `${pool.words[each.at]} ${signed(each.score)}`).join(", ");
    announce(`Nearest to ${pool.words[at]}: ${three}.`);
  }

  function showPair() {
    const table = el.querySelector(".nb-pair");
    const other = model.get("other");
    const known = pool.index.has(other);
    table.hidden = pairMark.hidden = role("pair-legend").hidden = !known;
    if (!known) {
      writeSentence(role("ranks"), ["With a second word, its numbers stand here beside those of the first."]);
      writeSentence(role("products"), [""]);
      return;
    }
    const [at, otherAt] = [pool.index.get(model.get("word")), pool.index.get(other)];
    const [u, v] = [vectorOf(pool, at), vectorOf(pool, otherAt)];
    const products = u.map((value, j) => value * v[j]);
    const { strip_limit: limit, product_limit: productLimit } = pool.header;
    const body = role("pair");
    [[pool.words[at], u, limit], [pool.words[otherAt], v, limit], [null, products, productLimit]].forEach(([name, values, top], i) => {
      const row = body.rows[i] || newPairRow(body);
      if (name === null) row.cells[0].textContent = "product";
      else writeSentence(row.cells[0], ["", name]);
      drawStrip(pool, row.querySelector(".nb-strip"), values, top);
    });
    const [ranks, sums] = pairSentences(pool, at, otherAt, products);
    writeSentence(role("ranks"), ranks);
    writeSentence(role("products"), sums);
    placeMark(pairMark, products.reduce((sum, product) => sum + product, 0));
  }

  function newPairRow(body) {
    const row = body.insertRow();
    const name = document.createElement("th");
    name.scope = "row";
    const strip = document.createElement("span");
    strip.className = "nb-strip";
    row.append(name, document.createElement("td"));
    row.cells[1].append(strip);
    return row;
  }

  // The model is the one source of the words: what Python sets is shown as what the reader types.
  const onWord = () => withPool(() => {
    if (!pool.index.has(model.get("word"))) return;
    const { input } = fields.word;
    if (understand(pool, input.value).at !== pool.index.get(model.get("word"))) {
      input.value = model.get("word");
      writeSentence(fields.word.status, [""]);
      fields.word.box.setOptions([]);
      settle();
    }
    showWord();
    // The ten neighbours are on the screen first; the second word's ranks need more searching and follow at once.
    clearTimeout(later);
    later = setTimeout(showPair);
  });
  const onOther = () => withPool(() => {
    const { input } = fields.other;
    if (model.get("other") && understand(pool, input.value).at !== pool.index.get(model.get("other"))) input.value = model.get("other");
    showPair();
    const text = role("ranks").textContent;
    announce(text);
  });
  model.on("change:word", onWord);
  model.on("change:other", onOther);

  showBack();
  fields.word.status.textContent = loads ? `Type any word. Doing so loads ${loads} of word vectors, once.` : "Type any word.";
  return () => {
    clearTimeout(later);
    model.off("change:word", onWord);
    model.off("change:other", onOther);
  };
}

export default { render };
