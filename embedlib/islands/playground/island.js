// Analogies, the odd one out, and an axis between two words. Python drew the first answers (static.py); from then on
// this module keeps them up to date, and worker.js searches. A browser test holds the two to the same words.

const TABS = ["analogy", "odd", "axis"];
const FEWEST = { odd: 3, placed: 1 };
const MOST = { odd: 6, placed: 12 };
const TAIL = 0.05;
const CLOSE_CALL = 0.03;
const ALIKE = 0.9;
const LETTER = 0.56;
const NARROW = 12;
const NUMBERS = ["no", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

const percent = (share) => `${(share * 100).toFixed(1)} %`;
const same = (one, other) => one.length === other.length && one.every((each, i) => each === other[i]);

/** A new element: `make("td", { class: "…" }, child, "text")`. */
function make(tag, attributes, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.append(...children);
  return el;
}

const italic = (word) => make("i", {}, word);

// ---------------------------------------------------------------- sentences, as in answers.py

function formula([a, b, c]) {
  return ["", b, " − ", a, " + ", c, ""];
}

function hiddenSentence(words, leaveOut, { found, inputs, winner }) {
  if (leaveOut) {
    const pieces = ["Left out: "];
    inputs.forEach(({ word, rank, score }, i) => {
      pieces.push(word, ` would be number ${grouped(rank)} (${signed(score)})${i < inputs.length - 1 ? "; " : "."}`);
    });
    return pieces;
  }
  const first = found[0].word;
  if (!words.includes(first)) return ["Nothing is left out, and the nearest, ", first, ", is no word of the question."];
  return ["Nothing is left out: the nearest is ", first, ", a word of the question; the first that is none is ", winner, "."];
}

function arithmeticSentence([a, b, c], { winner, alone }) {
  if (a === b) return ["", a, " is added and subtracted: these are the neighbours of ", c, "."];
  if (a === c) return ["", a, " is added and subtracted: these are the neighbours of ", b, "."];
  if (b === c) return ["", b, " counts twice: the sum is 2 × ", b, " − ", a, "."];
  return [
    "Without arithmetic: among the neighbours of ", b, " alone, ", winner, ` is number ${grouped(alone[0])}; among those of `,
    c, ` alone, number ${grouped(alone[1])}.`,
  ];
}

function expectedSentence(expected, rank) {
  return ["Expected: ", expected, `, ${rank === 1 ? "and it is number 1" : `which is number ${grouped(rank)} here`}.`];
}

function oddSentence(words, { means, order }) {
  const [first, second] = order;
  const close = means[second] - means[first] < CLOSE_CALL ? " That is close." : "";
  return [
    "", words[first], ` is the odd one out: its mean cosine with the others is ${signed(means[first])}; that of `,
    words[second], `, the next lowest, is ${signed(means[second])}.${close}`,
  ];
}

function axisSentences({ n, d }, ends, { half, places, band: [low, high], shareAll }) {
  const cosine = 1 - 2 * half ** 2;
  const out = places.filter((place) => place < low || place > high).length;
  const alike = cosine > ALIKE ? ": they are used alike, and the axis is the little that is left between them" : "";
  const share = places.reduce((sum, place) => sum + place * place, 0) / places.length;
  return [[
    "A word’s place is its cosine with the direction from ", ends[0], " to ", ends[1],
    `. These two lie at ${signed(-half)} and ${signed(half)}; their cosine with each other is ${signed(cosine)}${alike}.`,
  ], [
    "The square of a place says how much of a word the axis explains, as a share of its squared length: " +
    `${percent(share)} of these words on average, ${percent(shareAll)} of all ${grouped(n)}. ` +
    `A direction drawn blindly would explain 1 in ${d}, ${percent(1 / d)}.`,
  ], [
    `The grey band holds the middle ${percent(1 - 2 * TAIL).replace(".0", "")} of all ${grouped(n)} words, from ${signed(low)} to ` +
    `${signed(high)}. Outside it ${out === 1 ? "lies" : "lie"} ${out} of ${places.length}; ` +
    `of as many strangers, ${signed(2 * TAIL * places.length, 1)} on average.`,
  ]];
}

// ---------------------------------------------------------------- the line, as in static.py

function reach({ half, places, band }) {
  const farthest = Math.max(half, ...band.map(Math.abs), ...places.map(Math.abs));
  return (Math.floor(farthest * 10 + 1e-9) + 1) / 10;
}

const byPlace = (places) => [...places.keys()].sort((i, j) => places[i] - places[j]);

/** How high above the line each label stands, so that none covers another or another's stem. */
function lanes(words, places, wide) {
  const order = byPlace(places);
  const height = words.map(() => 0);
  const at = (i) => ((places[i] + wide) / (2 * wide)) * NARROW;
  for (let k = order.length - 1; k >= 0; k--) {
    const i = order[k];
    const end = at(i) + words[i].length * LETTER + 0.8;
    const covered = order.slice(k + 1).filter((j) => at(j) < end).map((j) => height[j]);
    height[i] = Math.max(-1, ...covered) + 1;
  }
  return height;
}

function drawLine(el, ends, words, found) {
  const wide = reach(found);
  const { half, places, band: [low, high] } = found;
  const height = lanes(words, places, wide);
  const at = (place) => `${(((place + wide) / (2 * wide)) * 100).toFixed(2)}%`;
  const spare = Math.max(0, ...words.map((word, i) => word.length * LETTER + 0.8 - ((wide - places[i]) / (2 * wide)) * NARROW));
  const span = (name, left, ...children) => {
    const made = make("span", name ? { class: name } : {}, ...children);
    made.style.left = at(left);
    return made;
  };
  const plot = el.querySelector(".pg-plot");
  plot.style.setProperty("--lanes", Math.max(...height) + 1);
  plot.style.marginRight = `${spare.toFixed(2)}em`;
  const band = span("pg-band", low);
  band.style.width = `${(((high - low) / (2 * wide)) * 100).toFixed(2)}%`;
  const flags = byPlace(places).map((i) => {
    const flag = span(places[i] < low || places[i] > high ? "pg-flag pg-outside" : "pg-flag", places[i], italic(words[i]));
    flag.style.setProperty("--lane", height[i]);
    return flag;
  });
  const ticks = make("div", { class: "pg-ticks" }, ...[-wide, 0, wide].map((tick) => span("", tick, signed(tick, 1))));
  plot.replaceChildren(band, ...flags, span("pg-end", -half), span("pg-end", half), ticks);
  el.querySelector(".pg-ends").replaceChildren(
    make("span", {}, "← ", italic(ends[0])), make("span", {}, italic(ends[1]), " →"));
}

// ---------------------------------------------------------------- the search, in a worker

/** The pool in a worker: `ask({ task, … })` waits for its answer. */
async function startSearch(model, again) {
  const raw = await gunzip(await requestPart(model, "data", again));
  const worker = await startWorker(model);
  const waiting = new Map();
  let last = 0;
  const ask = (message, handOver = []) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    worker.postMessage({ ...message, id: last }, handOver);
  });
  worker.onmessage = ({ data: { id, result, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message || "the search could not be started"));
    waiting.clear();
  };
  try {
    const about = await ask({ task: "load", raw }, [raw.buffer]);
    return { ask, stop: () => worker.terminate(), ...about };
  } catch (reason) {
    worker.terminate();
    throw reason;
  }
}

// ---------------------------------------------------------------- the island

function render({ model, el }) {
  showStatic(model, el);
  const role = (name) => el.querySelector(`[data-role="${name}"]`);
  const announce = announcer(role("announce"));
  const loads = model.get("loads");
  const turns = { analogy: 0, odd: 0, axis: 0 };
  const status = Object.fromEntries(TABS.map((tab) => [tab, role(`${tab}-status`)]));
  let search = null;
  let loading = null;
  let failed = false;
  let gone = false;
  const wishes = {};

  // ---- loading

  function load(tab) {
    loading ||= (async () => {
      writeSentence(status[tab], [loads ? `Loading ${loads} of word vectors …` : "Loading the word vectors …"]);
      el.setAttribute("aria-busy", "true");
      try {
        const started = await startSearch(model, failed);
        if (gone) started.stop();
        else search = started;
        for (const each of TABS) writeSentence(status[each], [""]);
      } catch (reason) {
        loading = null;
        failed = true;
        const text = `The word vectors did not arrive (${reason.message}). What stands below is still true; try again to load them again.`;
        writeSentence(status[tab], [text]);
        announce(text);
        leaveOut.checked = model.get("leave_out");
      } finally {
        el.removeAttribute("aria-busy");
      }
    })();
    return loading;
  }

  /** Do something with the words: at once where they are there, else when they have come; of each `kind`, the last wish. */
  function withSearch(tab, action, kind = tab) {
    if (search) { action(); return; }
    wishes[kind] = action;
    load(tab).then(() => {
      if (search && wishes[kind] === action) { delete wishes[kind]; action(); }
    });
  }

  /** An answer of the search, unless the reader has asked something else in the meantime. */
  async function answer(tab, message) {
    const turn = ++turns[tab];
    const found = await search.ask({ task: tab, ...message });
    return turn === turns[tab] ? found : null;
  }

  function set(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }

  function say(tab, pieces, spoken = true) {
    writeSentence(status[tab], pieces);
    if (spoken && pieces.join("")) announce(pieces.join(""));
  }

  // ---- tabs

  const tabButtons = [...el.querySelectorAll("[data-tab]")];
  const panels = TABS.map((tab) => el.querySelector(`[data-panel="${tab}"]`));
  const tabList = el.querySelector(".pg-tabs");
  tabList.setAttribute("role", "tablist");
  tabList.hidden = false;
  tabButtons.forEach((button, i) => {
    button.id = islandId("tab");
    panels[i].id = islandId("panel");
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", panels[i].id);
    panels[i].setAttribute("role", "tabpanel");
    panels[i].setAttribute("aria-labelledby", button.id);
    panels[i].removeAttribute("aria-label");
    button.addEventListener("click", () => set({ tab: TABS[i] }));
    button.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: i + 1, ArrowLeft: i - 1 + TABS.length, Home: 0, End: TABS.length - 1 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const next = steps[event.key] % TABS.length;
      set({ tab: TABS[next] });
      tabButtons[next].focus();
    });
  });
  function showTab() {
    TABS.forEach((tab, i) => {
      const chosen = tab === model.get("tab");
      tabButtons[i].setAttribute("aria-selected", String(chosen));
      tabButtons[i].tabIndex = chosen ? 0 : -1;
      panels[i].hidden = !chosen;
    });
  }

  // ---- fields that hold one word each

  /** Text fields bound to the words of an option; `refuse(words)` may give a sentence against a choice. */
  function wordFields(key, tab, refuse = () => null) {
    let typing = false;
    const fields = model.get(key).map((word, i) => {
      const input = el.querySelector(`[data-field="${key}-${i}"]`);
      const box = combobox({
        input,
        list: el.querySelector(`[data-options="${key}-${i}"]`),
        onBegin: () => { if (!search) load(tab); },
        onText: (text) => withSearch(tab, () => typed(i, text), `${key}-${i}`),
        onChoose: (text) => withSearch(tab, () => chosen(i, text), `${key}-${i}`),
      });
      input.value = word;
      input.addEventListener("blur", () => box.setOptions([]));
      return { input, box };
    });
    function take(i, word, pieces) {
      const words = model.get(key).map((each, j) => (i === j ? word : each));
      const against = refuse(words);
      fields[i].input.setAttribute("aria-invalid", String(Boolean(against)));
      say(tab, against || pieces, Boolean(against));
      if (against || same(words, model.get(key))) return;
      typing = true;
      set({ [key]: words });
      typing = false;
    }
    async function typed(i, text) {
      const { input, box } = fields[i];
      const { word, say: pieces, options } = await search.ask({ task: "read", text });
      if (input.value !== text) return;
      box.setOptions(document.activeElement === input ? options : []);
      if (word) take(i, word, pieces);
      else {
        input.setAttribute("aria-invalid", "true");
        say(tab, pieces, false);
        announce(`${pieces.join("")} ${options.join(", ")}`);
      }
    }
    async function chosen(i, text) {
      const { word, say: pieces } = await search.ask({ task: "read", text });
      if (!word) { typed(i, text); return; }
      fields[i].input.value = word;
      take(i, word, pieces);
    }
    /** Show words that came from elsewhere: a ready question, Python. */
    function show() {
      if (typing) return;
      model.get(key).forEach((word, i) => {
        fields[i].input.value = word;
        fields[i].input.removeAttribute("aria-invalid");
        fields[i].box.setOptions([]);
      });
      say(tab, [""]);
    }
    return { show };
  }

  // ---- a list of words, to add to and to take from

  function wordList(key, tab) {
    const list = role(`${key}-words`);
    const input = el.querySelector(`[data-field="${key}"]`);
    const button = input.closest(".pg-field").querySelector('[data-role="add"]');
    let words = [...model.get(key)];
    let own = false;
    const box = combobox({
      input,
      list: el.querySelector(`[data-options="${key}"]`),
      onBegin: () => { if (!search) load(tab); },
      onText: (text) => withSearch(tab, () => typed(text), key),
      onChoose: (text) => withSearch(tab, () => add(text), key),
    });
    input.addEventListener("blur", () => box.setOptions([]));
    button.addEventListener("click", () => withSearch(tab, () => { add(input.value); input.focus(); }, key));
    const split = (text) => text.split(/[\s,;]+/).filter(Boolean);

    async function typed(text) {
      const piece = split(text).pop() || "";
      if (!piece) {
        box.setOptions([]);
        say(tab, [""]);
        return;
      }
      const { word, say: pieces, options } = await search.ask({ task: "read", text: piece });
      if (input.value !== text) return;
      box.setOptions(document.activeElement === input ? options : []);
      if (word) say(tab, [`${pieces.join("") ? "In lower case: " : ""}Enter adds `, word, "."], false);
      else {
        say(tab, pieces, false);
        announce(`${pieces.join("")} ${options.join(", ")}`);
      }
    }

    /** Add what was typed, which may be several words; an option that was chosen stands for the last of them. */
    async function add(text) {
      const before = split(input.value);
      const pieces = text === input.value ? before : [...before.slice(0, -1), text];
      if (!pieces.length) {
        say(tab, ["Type a word to add it."]);
        return;
      }
      const left = [];
      let trouble = null;
      let options = [];
      for (const piece of pieces) {
        const read = await search.ask({ task: "read", text: piece });
        let problem = null;
        if (!read.word) {
          problem = read.say;
          if (!trouble) options = read.options;
        } else if (words.includes(read.word)) problem = ["", read.word, " is in the list already."];
        else if (words.length >= MOST[key]) problem = [`${NUMBERS[MOST[key]]} words at most: take one out first.`];
        else words.push(read.word);
        if (problem) {
          left.push(piece);
          trouble ||= problem;
        }
      }
      input.value = left.join(" ");
      input.setAttribute("aria-invalid", String(left.length > 0));
      box.setOptions(document.activeElement === input ? options : []);
      settle(trouble);
    }

    function takeOut(at) {
      const [word] = words.splice(at, 1);
      settle(null, word);
      const next = list.children[Math.min(at, words.length - 1)];
      if (next) next.querySelector("button").focus();
      else input.focus();
    }

    /** Hand the words on where they are enough; otherwise the last answer stays, and it is said why. */
    function settle(trouble, out = null) {
      draw();
      const missing = FEWEST[key] - words.length;
      const few = missing > 0 ? [`${NUMBERS[FEWEST[key]]} ${FEWEST[key] === 1 ? "word is" : "words are"} needed. Until then, the last answer stands below.`] : null;
      say(tab, trouble || few || (out ? ["", out, " is taken out."] : [""]), Boolean(trouble || few));
      if (missing > 0 || same(words, model.get(key))) return;
      own = true;
      set({ [key]: [...words] });
      own = false;
    }

    function draw() {
      list.replaceChildren(...words.map((word, i) => {
        const out = make("button", { type: "button", "aria-label": `Take out ${word}`, title: `Take out ${word}` },
          make("span", {}, word), make("span", { class: "pg-cross", "aria-hidden": "true" }, "×"));
        out.addEventListener("click", () => withSearch(tab, () => takeOut(i), key));
        return make("li", {}, out);
      }));
    }
    /** Show words that came from elsewhere: a ready question, Python. */
    function show() {
      if (own) return;
      words = [...model.get(key)];
      draw();
      box.setOptions([]);
      input.value = "";
      input.removeAttribute("aria-invalid");
      say(tab, [""]);
    }
    draw();
    return { show };
  }

  // ---- ready questions

  const ready = Object.fromEntries(TABS.map((tab) => [tab, [...role(`${tab}-examples`).children].map((button) => {
    const example = { button, state: JSON.parse(button.dataset.state), expected: button.dataset.expected, note: button.dataset.note };
    button.addEventListener("click", () => withSearch(tab, () => set(example.state)));
    return example;
  })]));

  /** The ready question that stands, or one with nothing to say; its button is marked. */
  function exampleOf(tab) {
    let standing = { expected: "", note: "" };
    for (const example of ready[tab]) {
      const on = Object.entries(example.state).every(([key, value]) => same(value, model.get(key)));
      example.button.setAttribute("aria-pressed", String(on));
      if (on) standing = example;
    }
    return standing;
  }

  // ---- answers

  function rowsOf(body, count, newRow) {
    while (body.rows.length > count) body.lastElementChild.remove();
    while (body.rows.length < count) body.append(newRow());
    return [...body.rows];
  }

  async function showAnalogy() {
    const words = model.get("analogy");
    const leaveOut = model.get("leave_out");
    const { expected, note } = exampleOf("analogy");
    const found = await answer("analogy", { words, leaveOut, expected });
    if (!found) return;
    writeSentence(role("formula"), formula(words));
    [...role("found").rows].forEach((row, i) => {
      const { word, score } = found.found[i];
      row.dataset.cosine = score.toFixed(6);
      setText(row.querySelector("th i"), word);
      row.querySelector(".pg-tag").hidden = !words.includes(word);
      setText(row.querySelector(".pg-number"), signed(score));
      row.querySelector(".pg-bar > span").style.transform = `scaleX(${Math.max(score, 0).toFixed(4)})`;
    });
    writeSentence(role("expected"), expected ? expectedSentence(expected, found.rank) : [""]);
    writeSentence(role("hidden"), hiddenSentence(words, leaveOut, found));
    writeSentence(role("arithmetic"), arithmeticSentence(words, found));
    writeSentence(role("analogy-note"), note.split("*"));
    const names = [["", words[1]], ["− ", words[0], ", signs turned"], ["+ ", words[2]], ["= the sum, at length 1"], ["nearest: ", found.found[0].word]];
    [...role("strips").rows].forEach((row, i) => {
      writeSentence(row.cells[0], names[i]);
      drawStrip(search, row.querySelector(".nb-strip"), found.strips[i], search.limit);
    });
    const three = found.found.slice(0, 3).map(({ word, score }) => `${word} ${signed(score)}`).join(", ");
    announce(`Nearest to ${formula(words).join("")}: ${three}.`);
  }

  async function showOdd() {
    const words = model.get("odd");
    const { expected } = exampleOf("odd");
    const found = await answer("odd", { words });
    if (!found) return;
    const pieces = oddSentence(words, found);
    writeSentence(role("odd-answer"), pieces);
    writeSentence(role("odd-expected"), expected ? expectedSentence(expected, found.order.map((i) => words[i]).indexOf(expected) + 1) : [""]);
    const body = role("odd-rows");
    const heading = (word) => make("th", { scope: "col" }, make("span", {}, italic(word)));
    body.parentElement.tHead.replaceChildren(make("tr", {}, make("td", {}), ...words.map(heading),
      make("th", { scope: "col", class: "pg-mean" }, make("span", {}, "mean"))));
    body.replaceChildren(...words.map((word, i) => {
      const cells = words.map((_, j) => {
        if (i === j) return make("td", { class: "pg-self" }, "–");
        return make("td", { style: `--tint:${(Math.max(found.table[i][j], 0) * 45).toFixed(0)}%` }, signed(found.table[i][j]));
      });
      return make("tr", i === found.order[0] ? { class: "pg-odd" } : {}, make("th", { scope: "row" }, italic(word)),
        ...cells, make("td", { class: "pg-mean" }, signed(found.means[i])));
    }));
    announce(pieces.join(""));
  }

  async function showAxis() {
    const [ends, words] = [model.get("axis"), model.get("placed")];
    const { note } = exampleOf("axis");
    const found = await answer("axis", { ends, words });
    if (!found) return;
    drawLine(role("line"), ends, words, found);
    const sentences = axisSentences(search, ends, found);
    sentences.forEach((pieces, i) => writeSentence(role(`axis-${i}`), pieces));
    writeSentence(role("axis-note"), note.split("*"));
    const [low, high] = found.band;
    role("places").replaceChildren(...byPlace(found.places).map((i) => {
      const place = found.places[i];
      return make("tr", place < low || place > high ? { class: "pg-outside" } : {}, make("th", { scope: "row" }, italic(words[i])),
        ...[signed(place), percent(place ** 2), percent(found.left[i])].map((text) => make("td", {}, text)));
    }));
    const order = byPlace(found.places).map((i) => `${words[i]} ${signed(found.places[i])}`).join(", ");
    announce(`From ${ends[0]} to ${ends[1]}: ${order}.`);
  }

  // ---- together

  const showers = { analogy: showAnalogy, odd: showOdd, axis: showAxis };
  const due = new Set();
  /** Answer anew once all that changes together has changed. */
  function refresh(tab) {
    if (due.has(tab)) return;
    due.add(tab);
    queueMicrotask(() => {
      due.delete(tab);
      withSearch(tab, showers[tab], `${tab} shown`);
    });
  }

  const analogyFields = wordFields("analogy", "analogy");
  const oddWords = wordList("odd", "odd");
  const axisFields = wordFields("axis", "axis", ([from, to]) => (from === to ? ["An axis needs two different words; ", from, " is one."] : null));
  const placedWords = wordList("placed", "axis");
  const leaveOut = role("leave-out");
  leaveOut.checked = model.get("leave_out");
  leaveOut.addEventListener("change", () => withSearch("analogy", () => set({ leave_out: leaveOut.checked }), "leave_out"));

  const handlers = {
    tab: showTab,
    analogy: () => { analogyFields.show(); refresh("analogy"); },
    leave_out: () => { leaveOut.checked = model.get("leave_out"); refresh("analogy"); },
    odd: () => { oddWords.show(); refresh("odd"); },
    axis: () => { axisFields.show(); refresh("axis"); },
    placed: () => { placedWords.show(); refresh("axis"); },
  };
  for (const [key, handler] of Object.entries(handlers)) model.on(`change:${key}`, handler);
  for (const tab of TABS) {
    role(`${tab}-controls`).hidden = false;
    writeSentence(status[tab], [loads ? `Doing anything here loads ${loads} of word vectors, once.` : ""]);
  }
  showTab();
  return () => {
    gone = true;
    if (search) search.stop();
    for (const [key, handler] of Object.entries(handlers)) model.off(`change:${key}`, handler);
  };
}

export default { render };
