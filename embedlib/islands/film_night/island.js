// Up to three films, and what five recommenders say next. Until the tables have come, Python's first answer is drawn.

const VIEW = `<div class="i-controls"><div class="i-line"><label>Add a film <input type="text" maxlength="60"></label>
<p class="i-status" data-role="status"></p></div>
<ul class="i-options" aria-label="Films to choose from" data-role="options"></ul></div>
<p class="i-title">You like</p><ul class="i-words" data-role="chosen"></ul>
<p class="i-title">Next</p><div class="fn-ways" data-role="rows"></div>
<p class="i-note" data-role="note"></p>`;

/** A line of JSON, then whole numbers of two bytes, table after table. */
async function unpack(bytes) {
  const all = await gunzip(bytes);
  const end = all.indexOf(10);
  const held = JSON.parse(new TextDecoder().decode(all.subarray(0, end)));
  const view = new DataView(all.buffer, all.byteOffset + end + 1, all.length - end - 1);
  let at = 0;
  for (const [name, [rows, columns]] of Object.entries(held.shapes)) {
    held[name] = Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => view.getInt16(2 * at++, true)));
  }
  return held;
}

const dot = (one, other) => one.reduce((total, value, i) => total + value * other[i], 0);

/** The rows of a table that belong to the chosen films, added up. */
const added = (table, own) => Float64Array.from(table[0], (_, j) => sum(own.map((i) => table[i][j])));

/** Solve a small system of equations whose matrix has no zero pivots (it is symmetric and positive). */
function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const share = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= share * rows[k][j];
    }
  }
  const found = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let j = k + 1; j < n; j++) rest -= rows[k][j] * found[j];
    found[k] = rest / rows[k][k];
  }
  return found;
}

/** A vector for the person by half a step of ALS, and its dot product with each film. */
function byFactors({ als, gram, units, weight }, own) {
  const items = als.map((row) => row.map((value) => value * units.als));
  const left = gram.map((row, i) => row.map((value, j) => value * units.gram + (weight - 1) * sum(own.map((f) => items[f][i] * items[f][j]))));
  const person = solve(left.map((row) => [...row]), added(items, own).map((value) => weight * value));
  return items.map((row) => dot(row, person));
}

const SCORES = {
  popularity: (held) => held.titles.map((_, i) => -i),
  knn: (held, own) => added(held.knn, own),
  item2vec: (held, own) => { const mine = added(held.inside, own); return held.outside.map((row) => dot(row, mine)); },
  als: byFactors,
  ease: (held, own) => added(held.ease, own),
};

/** The best films of each way, by their places in popularity; of equal ones the more popular first. */
function answers(held, own, shown) {
  return Object.fromEntries(Object.entries(SCORES).map(([way, score]) => {
    const numbers = score(held, own);
    const free = [...held.titles.keys()].filter((i) => !own.includes(i));
    return [way, free.sort((i, j) => numbers[j] - numbers[i] || i - j).slice(0, shown)];
  }));
}

async function render({ model, el }) {
  const first = model.get("first");
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const loads = model.get("loads");
  const field = el.querySelector("input");
  const shown = first.answers.popularity.length;

  const lists = first.ways.map(({ way, title, about }) => {
    const list = make("ol", {});
    role("rows").append(make("div", {}, make("b", {}, title), make("span", { class: "i-small" }, about), list));
    fill(list, shown, () => make("li", {}, make("span", { class: "fn-film" }), make("span", { class: "i-small" })));
    return [way, list];
  });

  /** The lists, and whose film no other way names. */
  function show(films, found, { titles, years }) {
    const all = Object.values(found).flat();
    for (const [way, list] of lists) {
      found[way].forEach((film, rank) => {
        const others = all.filter((other) => other === film).length - 1;
        const item = list.children[rank];
        item.className = others ? "" : "fn-alone";
        setText(item.children[0], titles[film]);
        setText(item.children[1], `${years[film]}, no. ${grouped(film + 1)}${others ? "" : ", only here"}`);
      });
    }
    fill(role("chosen"), films.length, () => {
      const button = make("button", { type: "button" }, make("span", {}), make("span", { class: "i-cross", "aria-hidden": "true" }, "✕"));
      button.addEventListener("click", () => use.run(() => drop(button.dataset.film), "chosen"));
      return make("li", {}, button);
    }).forEach(({ firstElementChild: button }, i) => {
      button.dataset.film = films[i];
      setText(button.firstElementChild, films[i]);
      button.setAttribute("aria-label", `Take ${films[i]} out`);
    });
    return `After ${films.join(", ")}: ${lists.map(([way], i) => `${first.ways[i].title} says ${titles[found[way][0]]}`).join("; ")}.`;
  }

  const use = atFirstUse({ model, el, what: "films", say, open: async (again) => unpack(await requestPart(model, "data", again)) });

  const update = () => use.run((held) => {
    const films = model.get("films");
    announce(show(films, answers(held, films.map((film) => held.titles.indexOf(film)), shown), held));
  }, "shown");

  function drop(film) {
    const films = model.get("films");
    if (films.length === 1) { say("One film has to stay. Add another first."); return; }
    say("");
    put(model, { films: films.filter((other) => other !== film) });
    role("chosen").querySelector("button").focus();
  }

  /** Films with the typed letters in their titles, those that begin with them first. */
  function fits(held, text) {
    const typed = text.trim().toLowerCase();
    const found = held.titles.filter((title) => title.toLowerCase().includes(typed));
    const begins = (title) => ` ${title.toLowerCase()}`.includes(` ${typed}`);
    return [...found.filter(begins), ...found.filter((title) => !begins(title))];
  }

  const box = combobox({
    input: field, list: role("options"),
    onBegin: use.begin,
    onText: (text) => use.run((held) => {
      const found = text.trim() ? fits(held, text) : [];
      box.setOptions(found.slice(0, 8));
      if (!text.trim()) say("");
      else if (found.length) say(`${found.length === 1 ? "1 film has" : `${found.length} films have`} "${text.trim()}" in the title.`);
      else say(`None of the ${held.titles.length} films has "${text.trim()}" in its title. Try another.`);
    }, "text"),
    onChoose: (text) => use.run((held) => {
      const typed = text.trim().toLowerCase();
      const films = model.get("films");
      const film = held.titles.find((title) => title.toLowerCase() === typed) || (typed && fits(held, text)[0]);
      if (!typed) say("Type a part of a title.");
      else if (!film) say(`None of the ${held.titles.length} films has "${text.trim()}" in its title. Try another.`);
      else if (films.includes(film)) say(`${film} is chosen already.`);
      else {
        const kept = films.slice(films.length === first.most ? 1 : 0);
        say(`${film} is added${kept.length < films.length ? `, in the place of ${films[0]}` : ""}.`);
        put(model, { films: [...kept, film] }); // what the ways say is then announced in its place
      }
      if (film) field.value = "";
    }, "chosen"),
  });

  const end = follow(model, { films: update });
  say(`Type a part of a title: ${first.total} well-known films, up to 1998.${loads ? ` Doing so loads ${loads}, once.` : ""}`);
  role("note").append(`No. is the film's place in popularity. Only here: no other way names it. A fourth film takes the place of the first. Ratings: MovieLens 100k, GroupLens; only likenesses, vectors and titles of ${first.total} films are here.`);
  show(first.films, first.answers, first);
  if (JSON.stringify(model.get("films")) !== JSON.stringify(first.films)) update();
  return end;
}

export default { render };
