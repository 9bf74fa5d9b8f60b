// The neighbours of a word, as you type. Until the words have come, Python's first answer is drawn.

const NEIGHBOURS = 10;
const FROM = -0.5; // the cosine where the histogram begins
const WIDE = 0.05; // and the width of its bars

const field = (key, label, button = "") => `<div class="i-field">
<div class="i-line"><label>${label} <input type="text" maxlength="80"></label>
<p class="i-status" data-role="${key}-status"></p>${button}</div>
<ul class="i-options" aria-label="Words to choose from" data-role="${key}-options"></ul></div>`;

const VIEW = `<div class="i-controls" data-role="word-field">${field("word", "Word", '<button type="button" data-role="back">Back</button>')}</div>
<table class="nb-table"><caption>Nearest to <i data-role="query"></i></caption>
<thead><tr><th scope="col" class="i-rank">rank</th><th scope="col">word</th><th scope="col">cosine</th>
<th scope="col" data-role="numbers"></th></tr></thead><tbody data-role="rows"></tbody></table>
<p class="i-key" data-role="key"><span>Orange is negative, purple positive; each vector is drawn at length 1.</span></p>
<div class="i-part" role="group" aria-label="What strangers score"><p class="i-title">Is that a lot? What strangers score</p>
<div class="nb-histogram" aria-hidden="true">
<svg viewBox="0 0 150 40" preserveAspectRatio="none"><path data-role="bars"/></svg>
<div class="nb-marks" data-role="marks"></div><div class="nb-ticks" data-role="ticks"></div></div>
<p class="nb-legend"><span class="nb-strangers"></span>random pairs <span class="nb-found"></span>the ten neighbours
<span data-role="pair-legend"><span class="nb-pair-mark"></span>the two words below</span></p>
<p data-role="strangers"></p></div>
<div class="i-part" role="group" aria-label="Two words side by side"><p class="i-title">Two words side by side</p>
<div class="i-controls" data-role="other-field">${field("other", "Second word")}</div>
<table class="nb-pair"><tbody data-role="pair"></tbody></table>
<p data-role="ranks"></p><p data-role="products"></p></div>
<p class="i-note" data-role="note"></p>`;

// ---------------------------------------------------------------- sentences

/** How a cosine compares with those of random pairs. */
function shareBelow({ counts, pairs }, cosine) {
  const place = ((Math.min(Math.max(cosine, -1), 1) + 1) / 2) * counts.length;
  const whole = Math.min(Math.floor(place), counts.length - 1);
  let above = 0;
  for (let i = whole; i < counts.length; i++) above += counts[i];
  above = Math.round(above - (place - whole) * counts[whole]);
  if (above === 0) return `higher than each of ${grouped(pairs)} such pairs`;
  if (above < pairs / 1000) return `higher than all but ${grouped(above)} of ${grouped(pairs)} such pairs`;
  return `higher than ${((1 - above / pairs) * 100).toFixed(1)} % of such pairs`;
}

function strangersSentence({ words, strangers }, found) {
  const [first, last] = [found[0], found[found.length - 1]];
  return [
    `Two words drawn at random from the ${grouped(words)} have a cosine of ${signed(strangers.mean)} on average. The nearest, `,
    first[0], `, is ${shareBelow(strangers, first[1])}; the last of the ten, `, last[0], `, is ${shareBelow(strangers, last[1])}.`,
  ];
}

function pairSentences({ strangers }, word, other, products, ranks) {
  if (word === other) return [["This is ", word, " beside itself: every word has a cosine of 1 with itself."], [""]];
  const cosine = products.reduce((sum, product) => sum + product, 0);
  const most = products.reduce((best, product, j) => (Math.abs(product) > Math.abs(products[best]) ? j : best), 0);
  return [[
    "The cosine of ", word, " and ", other, ` is ${signed(cosine)}, ${shareBelow(strangers, cosine)}. Among the neighbours of `,
    word, ", ", other, ` is number ${grouped(ranks[0])}; among those of `, other, ", ", word, ` is number ${grouped(ranks[1])}.`,
  ], [
    `The ${products.length} products add up to the cosine. ${products.filter((product) => product > 0).length} are positive: ` +
    `there, both words have the same sign. The largest is that of number ${most + 1}: ${signed(products[most])}.`,
  ]];
}

// ---------------------------------------------------------------- the histogram

const share = (cosine) => Math.min(Math.max((cosine - FROM) / (1 - FROM), 0), 1) * 100;

/** Marks move by transforms: nothing has to be laid out again. */
const placeMark = (mark, cosine) => { mark.style.transform = `translateX(${share(cosine).toFixed(2)}%)`; };

/** The outline of the random pairs' histogram, in a box 150 wide and 40 high. */
function outline(counts) {
  const each = Math.round((WIDE / 2) * counts.length);
  const bars = [];
  for (let i = 0; i < counts.length; i += each) bars.push(counts.slice(i, i + each).reduce((sum, count) => sum + count, 0));
  const top = Math.max(...bars);
  const steps = bars.slice(Math.round((FROM + 1) / WIDE)).map((bar) => `V${(40 - (bar / top) * 40).toFixed(1)}h${WIDE * 100}`);
  return `M0 40${steps.join("")}V40Z`;
}

// ---------------------------------------------------------------- the island

function render({ model, el }) {
  const first = model.get("first");
  const role = build(el, VIEW);
  const announce = announcer(role("announce"));
  const loads = model.get("loads");
  const colours = first.header.palette.map(rgb);
  const { strip_limit: limit, product_limit: productLimit, strangers } = first.header;
  const back = role("back");
  const visited = [];
  let settled = model.get("word");
  let later = 0;
  const say = (key) => (pieces) => writeSentence(role(`${key}-status`), pieces);
  const use = poolAtFirstUse(model, el, (text) => {
    say("word")([text]);
    if (text.includes("did not arrive")) announce(text);
  });

  setText(role("numbers"), `its ${first.header.dimensions} numbers`);
  setText(role("note"), poolSentence(first.header));
  drawKey(role("key"), limit, 1, colours);
  role("bars").setAttribute("d", outline(strangers.counts));
  role("ticks").append(...[-0.5, 0, 0.5, 1].map((tick) => make("span", { style: `left:${share(tick)}%` }, signed(tick, 1))));
  const marks = fill(role("marks"), NEIGHBOURS + 1, () => make("span"));
  const pairMark = marks.pop();
  pairMark.className = "nb-mark-pair";

  // The rows are made once and filled again at each answer, so that the focus stays where the reader put it.
  const [queryRow, ...rows] = fill(role("rows"), NEIGHBOURS + 1, () => make("tr", { class: "nb-neighbour" },
    make("td", { class: "i-rank" }), make("th", { scope: "row", class: "i-word" }), newBarCell(), make("td", {}, newStrip())));
  queryRow.className = "nb-query";
  queryRow.cells[2].replaceChildren();
  rows.forEach((row, i) => {
    setText(row.cells[0], String(i + 1));
    const button = make("button", { type: "button", title: "Show its neighbours" }, "·");
    button.addEventListener("click", () => go(button.textContent));
    row.cells[1].append(button);
  });
  const pairRows = fill(role("pair"), 3, () => make("tr", {}, make("th", { scope: "row" }), make("td", {}, newStrip())));

  const fields = Object.fromEntries(["word", "other"].map((key) => {
    const made = wordField({
      input: role(`${key}-field`).querySelector("input"), list: role(`${key}-options`), kind: key, use, say: say(key), announce,
      onWord: (word) => put(model, { [key]: word }), onSettle: settle, mayBeEmpty: key === "other",
    });
    made.show(model.get(key));
    return [key, made];
  }));
  fields.word.input.addEventListener("blur", settle);

  /** The words a reader stayed with, for the way back; those typed through on the way to another are none. */
  function settle() {
    const word = model.get("word");
    if (word !== settled) visited.push(settled);
    settled = word;
    back.disabled = !visited.length;
    back.title = visited.length ? `Back to ${visited[visited.length - 1]}` : "Back";
    back.setAttribute("aria-label", back.title);
  }
  function go(word) {
    settle();
    fields.word.show(word);
    put(model, { word });
    settle();
  }
  back.addEventListener("click", () => {
    settle();
    settled = visited.pop();
    fields.word.show(settled);
    put(model, { word: settled });
    settle();
    if (back.disabled) fields.word.input.focus();
  });

  function showWord(pool, word, found) {
    setText(role("query"), word);
    setText(queryRow.cells[1], word);
    drawStrip(queryRow.querySelector(".i-strip"), pool.vector(word), limit, colours);
    rows.forEach((row, i) => {
      const [name, score] = found[i];
      row.dataset.cosine = score.toFixed(6);
      setText(row.querySelector("button"), name);
      drawBar(row.cells[2], score);
      drawStrip(row.querySelector(".i-strip"), pool.vector(name), limit, colours);
      placeMark(marks[i], score);
    });
    writeSentence(role("strangers"), strangersSentence(first.header, found));
  }

  function showPair(pool, word, other, ranks) {
    el.querySelector(".nb-pair").hidden = pairMark.hidden = role("pair-legend").hidden = !other;
    let sentences = [["With a second word, its numbers stand here beside those of the first."], [""]];
    if (other) {
      const [u, v] = [pool.vector(word), pool.vector(other)];
      const products = u.map((value, j) => value * v[j]);
      [[["", word], u, limit], [["", other], v, limit], [["product"], products, productLimit]].forEach(([name, values, top], i) => {
        writeSentence(pairRows[i].cells[0], name);
        drawStrip(pairRows[i].querySelector(".i-strip"), values, top, colours);
      });
      sentences = pairSentences(first.header, word, other, [...products], ranks);
      placeMark(pairMark, products.reduce((sum, product) => sum + product, 0));
    }
    writeSentence(role("ranks"), sentences[0]);
    writeSentence(role("products"), sentences[1]);
  }

  function answerPair(pool) {
    const [word, other] = [model.get("word"), model.get("other")];
    showPair(pool, word, other, other && [rankBeside(pool, word, other), rankBeside(pool, other, word)]);
  }

  // The model is the one source of the words: what Python sets is shown as what the reader types.
  const onWord = () => use.run((pool) => {
    const word = model.get("word");
    if (understand(pool, fields.word.input.value).at !== pool.index.get(word)) {
      fields.word.show(word);
      settle();
    }
    const found = largest(pool, cosines(pool, pool.vector(word), [word]), NEIGHBOURS);
    showWord(pool, word, found);
    announce(`Nearest to ${word}: ${found.slice(0, 3).map(([each, score]) => `${each} ${signed(score)}`).join(", ")}.`);
    // The ten neighbours are on the screen first; the second word's ranks need more searching and follow at once.
    clearTimeout(later);
    later = setTimeout(answerPair, 0, pool);
  }, "shown");
  const onOther = () => use.run((pool) => {
    const [typed, other] = [fields.other.input.value, model.get("other")];
    if (other ? understand(pool, typed).at !== pool.index.get(other) : typed.trim()) fields.other.show(other);
    answerPair(pool);
    announce(role("ranks").textContent);
  }, "other shown");
  const end = follow(model, { word: onWord, other: onOther });

  const firstWords = firstPool(first);
  showWord(firstWords, first.word, first.found);
  showPair(firstWords, first.word, first.other, first.ranks);
  if (first.word !== model.get("word") || first.other !== model.get("other")) onWord();
  settle();
  say("word")([loads ? `Type any word. Doing so loads ${loads} of word vectors, once.` : "Type any word."]);
  return () => {
    clearTimeout(later);
    end();
  };
}

export default { render };
