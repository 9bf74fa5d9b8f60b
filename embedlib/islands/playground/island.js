// Analogies, the odd one out, and an axis between two words. Until the words have come, Python's first answers are drawn.

const SHOWN = 8;
const TAIL = 0.05;
const CLOSE_CALL = 0.03;
const ALIKE = 0.9;

const percent = (share) => `${(share * 100).toFixed(1)} %`;

// ---------------------------------------------------------------- the view

const field = (key, label, away, after = "") => `<label>${label}<span class="i-away">${away}</span>
<input type="text" maxlength="80" data-field="${key}"></label>${after}`;
const words = (key, label) => `<ul class="i-words" data-role="${key}-words"></ul>
<div class="i-line">${field(key, label, "", '<button type="button" data-role="add">Add</button>')}</div>`;
const said = (...roles) => roles.map((name) => `<p data-role="${name}"></p>`).join("");
const panel = (tab, title, keys, fields, content) => `<section data-panel="${tab}"><p class="i-title">${title}</p>
<div class="i-controls" data-role="${tab}-controls">${fields}<p class="i-status" data-role="${tab}-status"></p>
<div class="pg-options">${keys.map((key) => `<ul class="i-options" data-options="${key}" aria-label="Words to choose from"></ul>`).join("")}</div>
${tab === "analogy" ? `<p><label class="i-tick"><input type="checkbox" data-role="leave-out"> Leave the three question words out</label></p>` : ""}
<div class="pg-examples" role="group" aria-label="Ready questions" data-role="${tab}-examples"></div></div>${content}</section>`;

const VIEW = `<div class="i-controls" aria-label="What to try"><button type="button" data-tab="analogy">Analogy</button>
<button type="button" data-tab="odd">Odd one out</button><button type="button" data-tab="axis">Axis</button></div>
${panel("analogy", "Analogy", ["analogy-0", "analogy-1", "analogy-2"],
    `<div class="i-line">${field("analogy-0", "a", ", a word of the first pair", "<span>is to</span>")}
${field("analogy-1", "b", ", the other word of the first pair", "<span>as</span>")}
${field("analogy-2", "c", ", a word of the second pair", "<span>is to ?</span>")}</div>`,
    `<table class="pg-table"><caption>Nearest to <span data-role="formula"></span></caption>
<thead><tr><th scope="col" class="i-rank">rank</th><th scope="col">word</th><th scope="col">cosine</th></tr></thead>
<tbody data-role="found"></tbody></table>
<div class="pg-said" data-role="analogy-said">${said("expected", "hidden", "arithmetic", "analogy-note")}</div>
<table class="pg-strips"><caption>The arithmetic, number by number</caption><tbody data-role="strips"></tbody></table>
<p class="i-key" data-role="key"><span>Orange is negative, purple positive; each vector is drawn at length 1.</span></p>`)}
${panel("odd", "Odd one out", ["odd"], words("odd", "Add a word"),
    `<div class="pg-said">${said("odd-answer", "odd-expected")}</div>
<table class="pg-matrix"><caption>The cosine of each with each</caption><thead></thead><tbody data-role="odd-rows"></tbody></table>
<p class="i-small">The rule: the lowest mean. gensim’s <code>doesnt_match</code> compares each word with the mean
of all the unit vectors, which puts the words in the same order.</p>`)}
${panel("axis", "Axis", ["axis-0", "axis-1", "placed"],
    `<div class="i-line">${field("axis-0", "From", " this word")}${field("axis-1", "to", " this word")}</div>${words("placed", "Place a word")}`,
    `<div aria-hidden="true"><div class="line-plot" data-role="plot"></div><p class="line-ends" data-role="ends"></p>
<p class="i-small"><span class="line-band-mark"></span>nine in ten of all words
<span class="line-end-mark"></span>the two words that make the axis</p></div>
<div class="pg-said">${said("axis-note", "axis-0", "axis-1", "axis-2")}</div>
<table class="pg-places"><caption>The words from left to right</caption><thead><tr><th scope="col">word</th><th scope="col">place</th>
<th scope="col">explained</th><th scope="col">words left of it</th></tr></thead><tbody data-role="places"></tbody></table>`)}
<p class="i-note" data-role="note"></p>`;

// ---------------------------------------------------------------- the numbers, as Python's

/** b − a + c, scaled to length one. */
function targetOf(pool, asked) {
  const [a, b, c] = asked.map(pool.vector);
  const sum = b.map((value, j) => value - a[j] + c[j]);
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

function solveAnalogy(pool, asked, leaveOut, expected) {
  const target = targetOf(pool, asked);
  const all = cosines(pool, target);
  const others = cosines(pool, target, asked);
  const found = largest(pool, leaveOut ? others : all, SHOWN);
  const [[winner]] = largest(pool, others, 1);
  const inputs = [...new Set(asked)].map((word) => [word, rankOf(pool, all, word), all[pool.index.get(word)]]);
  return {
    found, winner, inputs: inputs.sort((one, other) => one[1] - other[1]),
    alone: asked.slice(1).map((word) => rankBeside(pool, word, winner)),
    rank: pool.index.has(expected) ? rankOf(pool, leaveOut ? others : all, expected) : 0,
  };
}

function oddOneOut(pool, listed) {
  const vectors = listed.map(pool.vector);
  const table = vectors.map((u) => vectors.map((v) => u.reduce((sum, value, j) => sum + value * v[j], 0)));
  const means = table.map((row, i) => (row.reduce((sum, value) => sum + value, 0) - row[i]) / (listed.length - 1));
  return { table, means, order: [...listed.keys()].sort((i, j) => means[i] - means[j]) };
}

function placeOnAxis(pool, ends, placed) {
  const [from, to] = ends.map(pool.vector);
  const direction = to.map((value, j) => value - from[j]);
  const length = Math.hypot(...direction);
  const every = cosines(pool, direction.map((value) => value / length));
  const places = placed.map((word) => every[pool.index.get(word)]);
  const left = places.map((place) => every.reduce((count, value) => count + (value < place), 0) / pool.n);
  const shareAll = every.reduce((sum, value) => sum + value * value, 0) / pool.n;
  const ordered = every.sort();
  const out = Math.floor(TAIL * pool.n);
  return { half: length / 2, places, left, band: [ordered[out], ordered[pool.n - 1 - out]], share_all: shareAll };
}

// ---------------------------------------------------------------- sentences

const formula = ([a, b, c]) => ["", b, " − ", a, " + ", c, ""];

function hiddenSentence(asked, leaveOut, { found: [[first]], inputs, winner }) {
  if (leaveOut) {
    const pieces = inputs.flatMap(([word, rank, score]) => [word, ` would be number ${grouped(rank)} (${signed(score)}); `]);
    return ["Left out: ", ...pieces.slice(0, -1), pieces[pieces.length - 1].replace("; ", ".")];
  }
  if (!asked.includes(first)) return ["Nothing is left out, and the nearest, ", first, ", is no word of the question."];
  return ["Nothing is left out: the nearest is ", first, ", a word of the question; the first that is none is ", winner, "."];
}

function arithmeticSentence([a, b, c], { winner, alone }) {
  if (a === b) return ["", a, " is added and subtracted: these are the neighbours of ", c, "."];
  if (a === c) return ["", a, " is added and subtracted: these are the neighbours of ", b, "."];
  if (b === c) return ["", b, " counts twice: the sum is 2 × ", b, " − ", a, "."];
  return ["Without arithmetic: among the neighbours of ", b, " alone, ", winner, ` is number ${grouped(alone[0])}; among those of `,
    c, ` alone, number ${grouped(alone[1])}.`];
}

function expectedSentence(expected, rank) {
  return expected ? ["Expected: ", expected, `, ${rank === 1 ? "and it is number 1" : `which is number ${grouped(rank)} here`}.`] : [""];
}

function oddSentence(listed, { means, order: [first, second] }) {
  const close = means[second] - means[first] < CLOSE_CALL ? " That is close." : "";
  return ["", listed[first], ` is the odd one out: its mean cosine with the others is ${signed(means[first])}; that of `,
    listed[second], `, the next lowest, is ${signed(means[second])}.${close}`];
}

function axisSentences({ words: n, dimensions: d }, ends, found) {
  const { half, places, band: [low, high], share_all: shareAll } = found;
  const cosine = 1 - 2 * half ** 2;
  const out = outside(found).filter(Boolean).length;
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

// ---------------------------------------------------------------- the island

function render({ model, el }) {
  const first = model.get("first");
  const { header, ready } = first;
  const colours = header.palette.map(rgb);
  const role = build(el, VIEW);
  const announce = announcer(role("announce"));
  const loads = model.get("loads");
  const TABS = Object.keys(ready);
  const say = (tab) => (pieces) => writeSentence(role(`${tab}-status`), pieces);
  const set = (values) => put(model, values);
  const leaveOut = role("leave-out");
  const use = poolAtFirstUse(model, el, (text) => {
    for (const tab of text ? [model.get("tab")] : TABS) say(tab)([text]);
    if (!text.includes("did not arrive")) return;
    announce(text);
    leaveOut.checked = model.get("leave_out");
  });
  const showTab = tabs(el, (tab) => set({ tab }));

  // ---- controls. What the reader does goes to the model; what comes from elsewhere is shown in the fields.

  let own = false;
  const hand = (values) => {
    own = true;
    set(values);
    own = false;
  };
  const at = (attribute, key) => el.querySelector(`[data-${attribute}="${key}"]`);
  const common = (key, tab) => ({ input: at("field", key), kind: key, use, say: say(tab), announce });
  function wordFields(key, tab, refuse = () => null) {
    const fields = model.get(key).map((_, i) => wordField({
      ...common(`${key}-${i}`, tab), list: at("options", `${key}-${i}`),
      onWord(word) {
        const next = model.get(key).map((each, j) => (i === j ? word : each));
        const against = refuse(next);
        if (!against && !sameWords(next, model.get(key))) hand({ [key]: next });
        return against;
      },
    }));
    return { show: (shown) => fields.forEach((each, i) => each.show(shown[i])) };
  }
  const list = (key, tab, fewest, most) => wordList({
    ...common(key, tab), list: role(`${key}-words`), options: at("options", key), fewest, most,
    button: at("field", key).closest(".i-line").querySelector("button"), onWords: (listed) => hand({ [key]: listed }),
  });
  const shown = {
    analogy: ["analogy", wordFields("analogy", "analogy")],
    odd: ["odd", list("odd", "odd", 3, 6)],
    axis: ["axis", wordFields("axis", "axis", ([from, to]) => (from === to ? ["An axis needs two different words; ", from, " is one."] : null))],
    placed: ["axis", list("placed", "axis", 1, 12)],
  };
  leaveOut.addEventListener("change", () => use.run(() => set({ leave_out: leaveOut.checked }), "leave_out"));
  for (const tab of TABS) {
    role(`${tab}-examples`).append(...ready[tab].map(({ label, state }) => {
      const button = make("button", { type: "button" }, label);
      button.addEventListener("click", () => use.run(() => set(state), tab));
      return button;
    }));
  }

  /** The ready question that stands, or one with nothing to say; its button is marked. */
  function exampleOf(tab) {
    const stands = ready[tab].map(({ state }) => Object.entries(state).every(([key, value]) => sameWords(value, model.get(key))));
    stands.forEach((on, i) => role(`${tab}-examples`).children[i].setAttribute("aria-pressed", String(on)));
    return ready[tab][stands.indexOf(true)] || { expected: "", note: "" };
  }

  // ---- answers

  const showers = {
    analogy(pool, answer) {
      const asked = model.get("analogy");
      const { expected, note } = exampleOf("analogy");
      const found = answer || solveAnalogy(pool, asked, model.get("leave_out"), expected);
      writeSentence(role("formula"), formula(asked));
      fill(role("found"), SHOWN, () => make("tr", {}, make("td", { class: "i-rank" }),
        make("th", { scope: "row" }, italic("·"), " ", make("span", { class: "pg-tag" }, "question word")), newBarCell(),
      )).forEach((row, i) => {
        const [word, score] = found.found[i];
        row.dataset.cosine = score.toFixed(6);
        setText(row.cells[0], String(i + 1));
        setText(row.cells[1].firstElementChild, word);
        row.querySelector(".pg-tag").hidden = !asked.includes(word);
        drawBar(row.cells[2], score);
      });
      writeSentence(role("expected"), expectedSentence(expected, found.rank));
      writeSentence(role("hidden"), hiddenSentence(asked, model.get("leave_out"), found));
      writeSentence(role("arithmetic"), arithmeticSentence(asked, found));
      writeSentence(role("analogy-note"), note.split("*"));
      const [a, b, c] = asked.map(pool.vector);
      const nearest = found.found[0][0];
      const strips = [[["", asked[1]], b], [["− ", asked[0], ", signs turned"], a.map((value) => -value)], [["+ ", asked[2]], c],
        [["= the sum, at length 1"], targetOf(pool, asked)], [["nearest: ", nearest], pool.vector(nearest)]];
      fill(role("strips"), 5, () => make("tr", {}, make("th", { scope: "row" }), make("td", {}, newStrip()))).forEach((row, i) => {
        writeSentence(row.cells[0], strips[i][0]);
        drawStrip(row.querySelector(".i-strip"), strips[i][1], header.strip_limit, colours);
      });
      const three = found.found.slice(0, 3).map(([word, score]) => `${word} ${signed(score)}`).join(", ");
      return `Nearest to ${formula(asked).join("")}: ${three}.`;
    },

    odd(pool) {
      const listed = model.get("odd");
      const { expected } = exampleOf("odd");
      const found = oddOneOut(pool, listed);
      const pieces = oddSentence(listed, found);
      writeSentence(role("odd-answer"), pieces);
      writeSentence(role("odd-expected"), expectedSentence(expected, found.order.map((i) => listed[i]).indexOf(expected) + 1));
      const heading = (name, child) => make("th", { scope: "col", class: name }, make("span", {}, child));
      role("odd-rows").parentElement.tHead.replaceChildren(make("tr", {}, make("td"), ...listed.map((word) => heading("", italic(word))), heading("pg-mean", "mean")));
      role("odd-rows").replaceChildren(...listed.map((word, i) => make("tr", i === found.order[0] ? { class: "pg-odd" } : {},
        make("th", { scope: "row" }, italic(word)),
        ...found.table[i].map((cosine, j) => (i === j ? make("td", { class: "pg-self" }, "–")
          : make("td", { style: `--tint:${(Math.max(cosine, 0) * 45).toFixed(0)}%` }, signed(cosine)))),
        make("td", { class: "pg-mean" }, signed(found.means[i])))));
      return pieces.join("");
    },

    axis(pool, answer) {
      const [ends, placed] = [model.get("axis"), model.get("placed")];
      const found = answer || placeOnAxis(pool, ends, placed);
      drawLine(role("plot"), placed, found);
      role("ends").replaceChildren(make("span", {}, "← ", italic(ends[0])), make("span", {}, italic(ends[1]), " →"));
      axisSentences(header, ends, found).forEach((pieces, i) => writeSentence(role(`axis-${i}`), pieces));
      writeSentence(role("axis-note"), exampleOf("axis").note.split("*"));
      const [out, order] = [outside(found), byPlace(found.places)];
      role("places").replaceChildren(...order.map((i) => make("tr", out[i] ? { class: "line-outside" } : {}, make("th", { scope: "row" }, italic(placed[i])),
        ...[signed(found.places[i]), percent(found.places[i] ** 2), percent(found.left[i])].map((text) => make("td", {}, text)))));
      return `From ${ends[0]} to ${ends[1]}: ${order.map((i) => `${placed[i]} ${signed(found.places[i])}`).join(", ")}.`;
    },
  };

  /** Answer anew once all that changes together has changed. */
  const refreshes = Object.fromEntries(TABS.map((tab) => [tab, once(() => use.run((pool) => announce(showers[tab](pool)), `${tab} shown`))]));
  const refresh = (tab) => refreshes[tab]();

  const showLeaveOut = () => { leaveOut.checked = model.get("leave_out"); };
  const handlers = { tab: () => showTab(model.get("tab")), leave_out: () => { showLeaveOut(); refresh("analogy"); } };
  for (const [key, [tab, control]] of Object.entries(shown)) {
    control.show(model.get(key));
    handlers[key] = () => {
      if (!own) control.show(model.get(key));
      refresh(tab);
    };
  }
  const end = follow(model, handlers);

  setText(role("note"), poolSentence(header));
  drawKey(role("key"), header.strip_limit, 1, colours);
  showLeaveOut();
  showTab(model.get("tab"));
  for (const tab of TABS) {
    say(tab)([loads ? `Doing anything here loads ${loads} of word vectors, once.` : ""]);
    if (Object.keys(first.state).every((key) => String(first.state[key]) === String(model.get(key)))) showers[tab](firstPool(first), first[tab]);
    else refresh(tab);
  }
  return end;
}

export default { render };
