// One query, three searches: BM25 by words, MiniLM by vectors, and the two fused by their ranks. search.py has the same
// steps, and made the first answer. MiniLM reads the reader's own query in reading/worker.js, behind a button.

const K1 = 1.5, B = 0.75; // BM25: how soon a word's repetitions count for less, and how much long passages pay
const DEPTH = 100; // passages that each method hands to the fusion
const TOP = 5, WIDTH = 384; // passages shown; numbers of a vector
const STOP = new Set(("a an and are as at be but by for if in into is it no not of on or such that the their then there these "
  + "they this to was will with").split(" "));

// ---------------------------------------------------------------- searching

/** The data: passages, words of one stem, vectors; and the index that BM25 needs, made here. */
async function openData(model, again) {
  const bytes = await gunzip(await requestPart(model, "data", again));
  const end = bytes.indexOf(10) + 1;
  const { forms, passages, examples } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const vectors = new Int8Array(bytes.buffer, bytes.byteOffset + end);
  const firstForm = new Map(forms.split("\n").flatMap((line) => line.split(" ").map((form, _, all) => [form, all[0]])));
  const known = new Map(examples.map((query, nth) => [query, row(vectors, passages.length + nth, WIDTH)]));
  const held = { passages, firstForm, known, vectors: passages.map((_, i) => row(vectors, i, WIDTH)), holding: new Map() };
  held.lengths = passages.map(([, , text], i) => {
    const words = content(text);
    for (const word of words.map((each) => stem(held, each))) {
      if (!held.holding.has(word)) held.holding.set(word, new Map());
      addTo(held.holding.get(word), i, 1);
    }
    return words.length;
  });
  return held;
}

const addTo = (counts, key, value) => counts.set(key, (counts.get(key) || 0) + value);

/** The first of the words that share a word's stem. */
const stem = ({ firstForm }, word) => firstForm.get(word.toLowerCase()) || word.toLowerCase();

/** The words of a text that BM25 counts: of two letters and more, stop words left out. */
const content = (text) => (text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) || []).filter((word) => !STOP.has(word));

/** BM25: for each passage that holds a word of the query, what each of these words adds to its score. */
function bm25(held, query) {
  const { holding, lengths } = held;
  const average = sum(lengths) / lengths.length;
  const adds = new Map();
  for (const word of content(query)) {
    const places = holding.get(stem(held, word)) || new Map();
    const rare = Math.log(1 + (lengths.length - places.size + 0.5) / (places.size + 0.5));
    for (const [i, times] of places) {
      const often = times / (times + K1 * (1 - B + (B * lengths[i]) / average));
      if (!adds.has(i)) adds.set(i, new Map());
      addTo(adds.get(i), word, rare * often);
    }
  }
  return adds;
}

/** The passages with the highest scores; of two with the same, the one that comes first. */
const best = (scores, most) => [...scores.keys()].sort((i, j) => scores.get(j) - scores.get(i) || i - j).slice(0, most);

/** Reciprocal rank fusion: each list gives 1 / (k + rank) to what it holds. */
function fuse(lists, k) {
  const scores = new Map();
  for (const list of lists) list.forEach((i, at) => addTo(scores, i, 1 / (k + at + 1)));
  return scores;
}

/** A text cut so that every second piece is a word with a wanted stem. */
function piecesOf(held, text, wanted) {
  const found = [""];
  text.split(/([\p{L}\p{N}_]{2,})/u).forEach((piece, nth) => {
    if (nth % 2 && wanted.has(stem(held, piece))) found.push(piece, "");
    else found[found.length - 1] += piece;
  });
  return found;
}

/** What the three find among the passages of some years; without a vector, what BM25 finds. */
function search(held, query, vector, { since, until, k }) {
  const { passages } = held;
  const inside = [...passages.keys()].filter((i) => since <= passages[i][0] && passages[i][0] <= until);
  const adds = bm25(held, query);
  const scores = { bm25: new Map(inside.filter((i) => adds.has(i)).map((i) => [i, sum([...adds.get(i).values()])])) };
  const lists = { bm25: best(scores.bm25, DEPTH) };
  if (vector) {
    scores.minilm = new Map(inside.map((i) => [i, cosine(vector, held.vectors[i])]));
    lists.minilm = best(scores.minilm, DEPTH);
    scores.both = fuse([lists.bm25, lists.minilm], k);
    lists.both = best(scores.both, 2 * DEPTH);
  }
  const words = [...new Set(content(query))];
  const wanted = new Set(words.map((word) => stem(held, word)));
  const each = (values, use) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, use(value)]));
  const top = each(lists, (list) => list.slice(0, TOP));
  const hits = Object.fromEntries(Object.values(top).flat().map((i) => [i, {
    year: passages[i][0], president: passages[i][1], pieces: piecesOf(held, passages[i][2], wanted), adds: [...(adds.get(i) || [])],
    ranks: each(lists, (list) => list.indexOf(i) + 1), scores: each(scores, (all) => all.get(i) || 0),
  }]));
  return { query, words, nowhere: words.filter((word) => !held.holding.has(stem(held, word))), of: inside.length, holding: scores.bm25.size, top, hits };
}

// ---------------------------------------------------------------- what is shown

const NAMES = { bm25: "BM25", both: "Both, fused", minilm: "MiniLM" };
const BY = { bm25: "by words", both: "by ranks", minilm: "by vectors" };
const OTHERS = { bm25: ["minilm"], both: ["bm25", "minilm"], minilm: ["bm25"] };
const COLUMNS = Object.keys(NAMES);

const VIEW = `<div class="i-controls"><div class="sl-top"><label>Query <input type="text" maxlength="200" data-role="field" autocomplete="off"></label>
<span class="i-models" data-role="models"></span></div>
<div class="i-models" role="group" aria-label="Prepared queries" data-role="examples"></div>
<div class="i-line"><label>Years <input type="number" data-key="since" aria-label="From the year"></label> <label>to <input type="number" data-key="until" aria-label="To the year"></label>
<label class="sl-k">Fusion’s k <input type="range" min="1" max="100" data-key="k"></label><output data-role="number"></output></div>
<p class="i-status" data-role="status"></p></div>
<p class="sl-said" data-role="said"><i data-role="query"></i><span></span></p>
<div class="sl-board" data-role="rows" role="group" aria-label="Passages found; arrow keys go from one to another">${COLUMNS.map((name) => `<div class="sl-column sl-${name}">
<p class="sl-head" aria-hidden="true"><b>${NAMES[name]}</b> <span>${BY[name]}</span></p><ol aria-label="${NAMES[name]}, ${BY[name]}"></ol><p class="i-small"></p></div>`)
    .join(`<svg viewBox="0 0 10 ${TOP}" preserveAspectRatio="none" aria-hidden="true"></svg>`)}</div>
<div class="i-part" data-role="reading"><p class="i-title"></p><p class="sl-text"></p><dl></dl></div>
<p class="i-note" data-role="note"></p>`;

const ordinal = (n) => `${n}${n % 100 > 10 && n % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][n % 10] || "th"}`;
const quoted = (words) => words.map((word) => `“${word}”`).join(", ");
const marked = (pieces) => pieces.map((piece, i) => (i % 2 ? make("mark", {}, piece) : piece));

/** A text from shortly before its first marked word. */
function shortened([before, ...rest]) {
  const cut = rest.length && before.length > 60 ? before.indexOf(" ", before.length - 40) + 1 : 0;
  return [cut ? `… ${before.slice(cut)}` : before, ...rest];
}

function render({ model, el }) {
  const { answer, examples, years, count, models } = model.get("first");
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const [loads, field, board] = [model.get("loads"), role("field"), role("rows")];
  const lists = Object.fromEntries(COLUMNS.map((name) => [name, board.querySelector(`.sl-${name} ol`)]));
  const inputs = [...el.querySelectorAll("[data-key]")];
  const reader = encoderWorker({ model, el, say });
  const use = atFirstUse({ model, el, what: "passages", say, open: (again) => openData(model, again) });
  let shown, chosen, timer, turn = 0;
  const top = (name) => shown.top[name] || [];

  // ---- The board: three lists of cards, and lines that join the cards of one passage.
  function draw() {
    for (const name of COLUMNS) {
      fill(lists[name], top(name).length, () => make("li", {}, make("button", { type: "button" }))).forEach(({ firstChild: card }, at) => {
        const hit = shown.hits[top(name)[at]];
        const foot = OTHERS[name].filter((other) => shown.top[other]).map((other) => {
          if (hit.ranks[other]) return `${NAMES[other]} ${ordinal(hit.ranks[other])}`;
          return other === "bm25" && !hit.adds.length ? "no shared word" : `${NAMES[other]} beyond ${DEPTH}`;
        });
        card.replaceChildren(make("b", {}, `${hit.year} `), make("span", { class: "sl-who" }, hit.president.match(/(Van )?\S+$/)[0]),
          make("span", { class: "sl-score" }, signed(hit.scores[name], name === "both" ? 4 : 2)),
          make("span", { class: "sl-short" }, ...marked(shortened(hit.pieces))), make("span", { class: "sl-foot" }, foot.join(" · ")));
        card.dataset.passage = top(name)[at];
      });
      setText(lists[name].nextElementSibling, top(name).length ? "" : whyEmpty(name));
    }
    const all = [...lists.both.children, ...lists.bm25.children].map((item) => item.firstChild);
    choose(all.find((card) => Number(card.dataset.passage) === chosen) || all[0]);
  }
  function whyEmpty(name) {
    if (!shown.of) return "No address was given in these years.";
    if (!shown.top[name]) return `MiniLM has not read this query.${models.length ? " Its button loads it, once; prepared queries need no loading." : ""}`;
    if (!shown.words.length) return "BM25 leaves out all words of this query: nothing is left to look for.";
    return `No passage${shown.of < count ? " of these years" : ""} holds ${quoted(shown.words)}.`;
  }

  /** A passage is chosen: framed in each list, its lines made strong, read out in full below. */
  function choose(card, focus = false) {
    chosen = card ? Number(card.dataset.passage) : undefined;
    for (const each of board.querySelectorAll("button")) {
      each.tabIndex = each === card ? 0 : -1;
      each.setAttribute("aria-pressed", String(Number(each.dataset.passage) === chosen));
    }
    board.querySelectorAll("svg").forEach((lines, nth) => {
      const [left, right] = [top(COLUMNS[nth]), top(COLUMNS[nth + 1])];
      const joined = left.filter((i) => right.includes(i)).sort((i, j) => (i === chosen) - (j === chosen)); // what is drawn last lies on top
      lines.innerHTML = joined.map((i) => {
        const [from, to] = [left, right].map((list) => list.indexOf(i) + 0.5);
        return `<path class="${i === chosen ? "sl-chosen" : ""}" d="M0 ${from}C5 ${from} 5 ${to} 10 ${to}"></path>`;
      }).join("");
    });
    role("reading").hidden = !card;
    if (!card) return;
    if (focus) card.focus();
    const { year, president, pieces, adds, ranks, scores } = shown.hits[chosen];
    const [where, text, why] = role("reading").children;
    setText(where, `${year}, ${president}`);
    text.replaceChildren(...marked(pieces));
    const place = (name) => (ranks[name] ? ordinal(ranks[name]) : `beyond its first ${DEPTH}`);
    const words = adds.map(([word, value]) => `${word} ${signed(value)}`).join(" + ") + (adds.length > 1 ? ` = ${signed(scores.bm25)}` : "");
    const shares = OTHERS.both.filter((name) => ranks[name]).map((name) => `1/(${model.get("k")} + ${ranks[name]})`).join(" + ");
    const lines = { bm25: adds.length ? `${place("bm25")}: ${words}` : "holds no word of the query" };
    if (shown.top.minilm) Object.assign(lines, { minilm: `${place("minilm")}: cosine ${signed(scores.minilm)}`, both: `${ordinal(ranks.both)}: ${shares} = ${signed(scores.both, 4)}` });
    why.replaceChildren(...Object.entries(lines).flatMap(([name, line]) => [make("dt", {}, NAMES[name]), make("dd", {}, line)]));
  }

  function show(found) {
    shown = found;
    const { query, words, nowhere, of, holding } = found;
    buttons.forEach((button, nth) => button.setAttribute("aria-pressed", String(examples[nth][1] === query)));
    const common = top("bm25").filter((i) => top("minilm").includes(i)).length;
    const wordless = top("minilm").filter((i) => !found.hits[i].adds.length).length;
    const missing = nowhere.length && nowhere.length < words.length ? `, none ${quoted(nowhere)}` : "";
    const strangers = wordless ? `${wordless} of MiniLM’s share${wordless === 1 ? "s" : ""} no word with it` : "all of MiniLM’s share a word with it";
    const compared = top("minilm").length ? ` BM25 and MiniLM have ${common} of their first ${TOP} in common; ${strangers}.` : "";
    const said = `: ${grouped(holding)} of ${grouped(of)} passages hold${holding === 1 ? "s" : ""} a word of it${missing}.${compared}`;
    setText(role("query"), query);
    setText(role("said").lastChild, said);
    draw();
    return query + said;
  }

  // ---- A query: typed, prepared, or set from Python.
  async function vectorOf({ known }, query) {
    if (!known.has(query) && reader.opened.minilm) {
      const { tokens, hidden } = await reader.ask({ task: "run", name: "minilm", text: query });
      known.set(query, mean(tokens.map((_, t) => row(hidden.at(-1), t, WIDTH))));
    }
    return known.get(query);
  }
  function update() {
    const ticket = ++turn;
    use.run(async (held) => {
      const query = model.get("query");
      try {
        const vector = await vectorOf(held, query);
        if (ticket !== turn) return;
        const [since, until, k] = inputs.map((input) => model.get(input.dataset.key));
        announce(show(search(held, query, vector, { since, until, k })));
        setText(role("status"), vector ? "A chosen passage stands below in full. Arrow keys go from one to the next, and along the lines." : "BM25 alone has answered: MiniLM has not read this query.");
      } catch (reason) {
        say(`The query could not be read (${reason.message}).`);
      }
    }, "search");
  }
  function sync() {
    if (field.value.replace(/\s+/g, " ").trim() !== model.get("query")) field.value = model.get("query");
    for (const input of inputs) {
      if (Number(input.value) === model.get(input.dataset.key)) continue;
      input.value = model.get(input.dataset.key);
      input.setAttribute("aria-invalid", "false");
    }
    setText(role("number"), String(model.get("k")));
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const query = field.value.replace(/\s+/g, " ").trim();
    use.begin();
    timer = setTimeout(() => (query ? put(model, { query }) : say("The query is empty: write a few words.")), 200);
  });
  for (const input of inputs) {
    if (input.type === "number") [input.min, input.max] = years;
    input.addEventListener("input", () => {
      input.setAttribute("aria-invalid", String(!input.checkValidity() || !input.value));
      if (input.checkValidity() && input.value) put(model, { [input.dataset.key]: Number(input.value) });
      else say(`The addresses are of ${years[0]} to ${years[1]}.`);
    });
  }
  board.addEventListener("click", ({ target }) => { if (target.closest("button")) choose(target.closest("button")); });
  board.addEventListener("focusin", ({ target }) => choose(target));
  board.addEventListener("keydown", (event) => {
    const [across, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [];
    if (across === undefined) return;
    event.preventDefault();
    const from = COLUMNS.findIndex((name) => lists[name].contains(event.target));
    const [at, to] = [[...lists[COLUMNS[from]].children].indexOf(event.target.parentElement), COLUMNS[from + across]];
    if (!to || !top(to).length) return;
    // Along a line where there is one, else straight across.
    const place = across ? (top(to).includes(chosen) ? top(to).indexOf(chosen) : Math.min(at, top(to).length - 1)) : at + down;
    if (lists[to].children[place]) choose(lists[to].children[place].firstChild, true);
  });

  const buttons = examples.map(([kind, query]) => {
    const button = make("button", { type: "button", title: query }, kind);
    button.addEventListener("click", () => { clearTimeout(timer); put(model, { query }); });
    return button;
  });
  role("examples").append(make("b", {}, "Prepared"), ...buttons);
  role("models").append(...reader.buttons(models, async (wanted) => {
    if (!(await reader.open(wanted))) return;
    role("models").hidden = true;
    say("MiniLM is here: it reads what you write.");
    field.focus();
    update();
  }));
  const changed = once(() => { sync(); update(); });
  const end = follow(model, Object.fromEntries(["query", ...inputs.map((input) => input.dataset.key)].map((key) => [key, changed])));

  sync();
  show(answer);
  setText(role("note"), `The collection: ${grouped(count)} paragraphs of 20 to 60 words, at most 15 from each State of the Union address, ${years.join("–")}, public domain. BM25 with k₁ ${K1} and b ${B}, `
    + `words by their stems, ${STOP.size} common words left out. The fusion takes ${DEPTH} passages from each. The query’s words are marked in all columns; MiniLM does not look for them.`);
  say(`Press a prepared query or write your own${loads ? `; doing so loads ${loads} of passages, once` : ""}. ${models.length ? "Your own is read by MiniLM when its button has loaded it." : "MiniLM is not on this machine (asset minilm-l6): your own query is answered by BM25."}`);
  return () => {
    clearTimeout(timer);
    turn++;
    end();
    reader.end();
  };
}

export default { render };
