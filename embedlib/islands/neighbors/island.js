// The neighbours of a word, as you type. Python wrote the tables and sentences for the first words (static.py);
// from then on this module keeps them up to date. A browser test holds the two to the same words.

const NEIGHBOURS = 10;
const HISTOGRAM_FROM = -0.5;
const HEAD = 26;

// ---------------------------------------------------------------- the pool

/**
 * The columns with the largest numbers, side by side: what a dot product over them leaves out is at most the
 * product of the two `rest` lengths (Cauchy and Schwarz), so most words are ruled out after half the work.
 */
function largestColumns({ vectors, n, d }) {
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

// ---------------------------------------------------------------- sentences and pictures

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
        pool = readPool(await gunzip(await requestPart(model, "data", failed)));
        Object.assign(pool, largestColumns(pool));
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
