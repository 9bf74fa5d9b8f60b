// A map and the truth: lines lead from a word to its ten nearest in the space, rings stand round its ten nearest on the
// map. The first answer is Python's.

const EDGE = 12; // pixels between the outermost points and the frame
const TEN = 10;
const NAMED = 22; // pixels from a point within which the pointer reads its name

const group = (name, label) => `<span class="ml-group"><b>${label}</b> <span class="i-models" role="group" aria-label="${label}" data-role="${name}"></span></span>`;

const VIEW = `<div class="i-controls ml-controls" data-role="controls">
<div class="i-line ml-word"><label>Word <input type="text" maxlength="40" data-role="word"></label>
<ul class="i-options" aria-label="Words to choose from" data-role="options"></ul><p class="i-status" data-role="status"></p></div>
<div class="i-line">${group("method", "Method")} ${group("data", "Vectors of")}</div>
<div class="i-line" data-role="run"><label><span data-role="setting"></span> <input type="range" min="0" step="1" data-role="slider"></label>
<output data-role="number"></output> ${group("seed", "Seed")}</div></div>
<p class="ml-head"><span class="ml-mark ml-line"></span> Lines lead from <i data-role="query"></i> to its ${TEN} nearest in the space. <span class="ml-mark ml-ring"></span>
Rings mark its ${TEN} nearest on the map. <b data-role="kept"></b></p>
<div class="ml-both"><div><div class="ml-map" data-role="map"></div>
<div class="i-controls i-line"><label class="i-tick"><input type="checkbox" data-role="close"> Close up</label>
<button type="button" data-role="play">Real or noise? Guess</button></div>
<p class="ml-verdict" data-role="verdict"></p></div>
<div class="ml-panel" data-role="rows"><dl data-role="lists"></dl>
<p class="i-title" data-role="title"></p><p data-role="whole"></p><span class="ml-share" aria-hidden="true"><span></span><i></i></span>
<p class="i-small" data-role="best"></p></div>
<div class="ml-question" role="group" aria-label="Real or noise?" data-role="question"><p class="i-title">Real words, or noise?</p>
<p>One of the maps here, with its names taken off.</p>
<p class="i-models" data-role="answers"></p></div></div>
<p class="i-note" data-role="note"></p>`;

const percent = (share) => `${Math.round(share * 100)}\u00a0%`;
const svg = (tag, attributes = {}) => {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  return el;
};

/** The k nearest of one point on a map, nearest first; of two as near, the one that comes first. */
function nearestOnMap(points, i, k) {
  const away = Array.from({ length: points.length / 2 }, (_, j) => (points[2 * j] - points[2 * i]) ** 2 + (points[2 * j + 1] - points[2 * i + 1]) ** 2);
  return [...away.keys()].filter((j) => j !== i).sort((a, b) => away[a] - away[b] || a - b).slice(0, k);
}

/** The point that an arrow key leads to: the nearest of those that lie in its direction rather than across. */
function neighbourTowards(places, i, [dx, dy]) {
  let [best, least] = [i, Infinity];
  places.forEach(([x, y], j) => {
    const [along, across] = [(x - places[i][0]) * dx + (y - places[i][1]) * dy, Math.abs((x - places[i][0]) * dy) + Math.abs((y - places[i][1]) * dx)];
    if (along > 0 && across <= along && along + across < least) [best, least] = [j, along + across];
  });
  return best;
}

/** Names beside their points where there is room, the most important first: `[{ j, x, y, anchor }]`. */
function placeNames(order, places, words, side) {
  const taken = [];
  return order.flatMap((j) => {
    const [px, py] = places[j];
    if (Math.min(px, py) < 0 || Math.max(px, py) > side) return [];
    const wide = 7.5 * words[j].length + 2;
    for (const [x, y, anchor] of [[10, 4, "start"], [-10, 4, "end"], [8, -9, "start"], [8, 17, "start"], [-8, -9, "end"], [-8, 17, "end"]]) {
      const [left, top] = [px + x - (anchor === "end" ? wide : 0), py + y - 12];
      if (left < 0 || left + wide > side || top < 0 || top + 15 > side) continue;
      if (taken.some(([l, t, w]) => Math.abs(t - top) < 14 && left < l + w && l < left + wide)) continue;
      taken.push([left, top, wide]);
      return [{ j, x: px + x, y: py + y, anchor }];
    }
    return [];
  });
}

function render({ model, el }) {
  const first = model.get("first");
  const { words, kinds, kind, shares, trust, chance, best } = first;
  const settings = Object.fromEntries(first.settings.map(([method, ...about]) => [method, about]));
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const loads = model.get("loads");
  const [field, slider, map, play, close] = ["word", "slider", "map", "play", "close"].map(role);
  const KEYS = ["word", "data", "method", "perplexity", "n_neighbors", "seed"];
  let places = [], right = 0, played = 0, now, from, frame, asked, shown, points;

  // ---- What a map is called, and what it is called in words.
  const wish = () => Object.fromEntries(KEYS.map((key) => [key, model.get(key)]));
  const nameOf = (state) => {
    const [setting] = settings[state.method];
    return [state.data, state.method, ...(setting ? [state[setting], state.seed] : [])].join(" ");
  };
  const stateOf = (name) => {
    const [data, method, value, seed] = name.split(" ");
    return { data, method, ...(value ? { [settings[method][0]]: Number(value), seed: Number(seed) } : {}) };
  };
  const described = (name) => {
    const [, method, value, seed] = name.split(" ");
    return value ? `${method}, ${settings[method][0]} ${value}, seed ${seed}` : method;
  };

  // ---- The map: an option a word; lines, rings and names are drawn over it and said beside it.
  const drawn = svg("svg", { role: "listbox", tabindex: "0", "aria-label": "The map; arrow keys go from word to word" });
  const [lines, dots, rings, names] = [["aria-hidden", "true"], ["role", "none"], ["aria-hidden", "true"], ["aria-hidden", "true"]].map(([key, value]) => svg("g", { [key]: value }));
  const stem = islandId("word");
  dots.append(...words.map((word, i) => svg("circle", { id: `${stem}-${i}`, role: "option", "aria-selected": "false", "aria-label": `${word}, ${kinds[kind[i]]}` })));
  drawn.append(lines, dots, rings, names);
  map.append(drawn);
  const side = () => map.clientWidth || 400;

  /** Everything at its place; names last, when nothing moves any more. */
  function place(share) {
    const size = side();
    drawn.setAttribute("viewBox", `0 0 ${size} ${size}`);
    now = from ? points.map((value, at) => from[at] + (value - from[at]) * share) : points;
    const { i, near, ringed } = shown;
    // Close up, the word stands in the middle, and the farthest ring two thirds of the way to the frame.
    const axes = [0, 1].map((axis) => (j) => now[2 * j + axis]);
    const reach = 3 * Math.max(1, ...ringed.map((j) => Math.hypot(...axes.map((at) => at(j) - at(i)))));
    const [left, low, wide] = close.checked && !asked ? [...axes.map((at) => at(i) - reach / 2), reach] : [0, 0, first.side];
    const scale = (size - 2 * EDGE) / wide;
    places = words.map((_, j) => [EDGE + (axes[0](j) - left) * scale, size - EDGE - (axes[1](j) - low) * scale]);
    places.forEach(([x, y], j) => {
      dots.children[j].setAttribute("cx", x.toFixed(1));
      dots.children[j].setAttribute("cy", y.toFixed(1));
      dots.children[j].setAttribute("r", size < 400 ? 2.2 : 3);
    });
    const move = (list, js, tag, attributes) => {
      while (list.children.length > js.length) list.lastChild.remove();
      while (list.children.length < js.length) list.append(svg(tag));
      js.forEach((j, nth) => Object.entries(attributes(places[j])).forEach(([key, value]) => list.children[nth].setAttribute(key, value)));
    };
    move(lines, asked ? [] : near, "line", ([x, y]) => ({ x1: places[i][0], y1: places[i][1], x2: x, y2: y }));
    move(rings, asked ? [] : [i, ...ringed], "circle", ([cx, cy]) => ({ cx, cy, r: 7 }));
    rings.firstChild?.setAttribute("class", "ml-chosen");
    const order = share === 1 && !asked ? [i, ...near.filter((j) => !ringed.includes(j)), ...ringed] : [];
    names.replaceChildren(...placeNames(order, places, words, size).map(({ j, x, y, anchor }) => {
      const text = svg("text", { x, y, "text-anchor": anchor, ...(j === i ? { class: "ml-chosen" } : {}) });
      text.textContent = words[j];
      return text;
    }));
    map.dataset.still = String(share === 1);
  }
  function move(target) {
    cancelAnimationFrame(frame);
    const still = !points || points === target || matchMedia("(prefers-reduced-motion: reduce)").matches;
    from = still ? undefined : now;
    points = target;
    if (still) return place(1);
    let start;
    const step = (time) => {
      start ??= time;
      const share = Math.min((time - start) / 700, 1);
      place(share < 1 ? share * share * (3 - 2 * share) : 1);
      if (share < 1) frame = requestAnimationFrame(step);
    };
    place(0);
    frame = requestAnimationFrame(step);
  }

  // ---- What is said of it.
  const buttons = {};
  const choices = (key, values, texts) => {
    buttons[key] = values.map((value, nth) => {
      const button = make("button", { type: "button" }, String(texts ? texts[nth] : value));
      button.addEventListener("click", () => put(model, { [key]: value }));
      return [value, button];
    });
    role(key).append(...buttons[key].map(([, button]) => button));
  };
  const lists = [["ml-line ml-ring", "line and ring: kept"], ["ml-line", "line alone: near in truth, lost on the map"], ["ml-ring", "ring alone: near on the map alone"]].map(([css, text]) => {
    const list = make("dd");
    role("lists").append(make("dt", {}, make("span", { class: `ml-mark ${css}` }), ` ${text}`), list);
    return list;
  });

  function show(held, state) {
    const name = nameOf(state);
    const i = words.indexOf(state.word);
    const near = held.near[state.data][i];
    const ringed = nearestOnMap(held.maps[name], i, near.length);
    const kept = near.filter((j) => ringed.includes(j));
    shown = { i, near, ringed };
    [...dots.children].forEach((dot, j) => {
      dot.setAttribute("class", !asked && kind[j] === kind[i] ? "ml-kind" : "");
      dot.setAttribute("aria-selected", String(j === i));
    });
    drawn.setAttribute("aria-activedescendant", `${stem}-${i}`);
    drawn.inert = role("rows").inert = role("controls").inert = Boolean(asked);
    el.classList.toggle("ml-asked", Boolean(asked));
    move(held.maps[name]);
    if (asked) return "";
    const [setting, stops] = settings[state.method];
    Object.entries(buttons).forEach(([key, pairs]) => pairs.forEach(([value, button]) => button.setAttribute("aria-pressed", String(state[key] === value))));
    role("run").classList.toggle("ml-none", !setting);
    if (setting) {
      slider.max = stops.length - 1;
      slider.value = stops.indexOf(state[setting]);
      setText(role("setting"), setting);
      setText(role("number"), String(state[setting]));
      slider.setAttribute("aria-valuetext", String(state[setting]));
    }
    setText(role("query"), words[i]);
    setText(role("kept"), `${kept.length} of ${near.length} are the same.`);
    [kept, near.filter((j) => !kept.includes(j)), ringed.filter((j) => !kept.includes(j))].forEach((js, nth) => {
      fill(lists[nth], js.length, () => {
        const button = make("button", { type: "button" });
        button.addEventListener("click", () => put(model, { word: button.textContent }));
        return button;
      }).forEach((button, at) => { button.textContent = words[js[at]]; });
    });
    setText(role("title"), `The whole map: ${described(name)}`);
    setText(role("whole"), `Of the ${near.length} nearest of each word it keeps ${percent(shares[name])}; points in random places would keep ${percent(chance.share)}. Trustworthiness ${trust[name].toFixed(2)}; at random ${chance.trust.toFixed(2)}.`);
    el.querySelector(".ml-share > span").style.width = `${100 * shares[name]}%`;
    setText(role("best"), `No map here of ${state.data === "noise" ? "the noise" : "these words"} keeps more than ${percent(shares[best[state.data]])} (${described(best[state.data])}).`);
    return `${words[i]}: ${kept.length} of ${near.length} neighbours kept. Whole map, ${described(name)}: ${percent(shares[name])}.`;
  }

  const use = atFirstUse({ model, el, what: "maps", say, open: async (again) => JSON.parse(new TextDecoder().decode(await gunzip(await requestPart(model, "data", again)))) });
  const update = () => use.run((held) => {
    asked = undefined;
    if (document.activeElement !== field) field.value = model.get("word");
    announce(show(held, wish()));
    settle();
  }, "shown");

  // ---- Choosing a word: typed, clicked, or by arrow keys.
  const choose = (word) => {
    field.value = word;
    field.removeAttribute("aria-invalid");
    box.setOptions([]);
    if (/begins? with/.test(role("status").textContent)) say("");
    put(model, { word });
  };
  const box = combobox({
    input: field, list: role("options"), onBegin: use.begin,
    onText: (text) => use.run(() => {
      const typed = text.trim().toLowerCase();
      const found = words.filter((word) => word.startsWith(typed)).sort();
      field.toggleAttribute("aria-invalid", false);
      if (!typed) { box.setOptions([]); say(""); return; }
      box.setOptions(found.length > 1 ? found.slice(0, 6) : found.filter((word) => word !== typed));
      if (words.includes(typed)) { put(model, { word: typed }); say(""); }
      else if (found.length) say(`${found.length} of the ${words.length} words begin with "${typed}".`);
      else { field.setAttribute("aria-invalid", "true"); say(`None of the ${words.length} words begins with "${typed}". Their kinds: ${kinds.join(", ")}.`); }
    }, "typed"),
    onChoose: (text) => use.run(() => {
      const typed = text.trim().toLowerCase();
      const found = words.includes(typed) ? typed : words.filter((word) => word.startsWith(typed)).sort()[0];
      if (typed && found) choose(found);
    }, "chosen"),
  });
  const nearby = (event, within) => {
    const frameBox = drawn.getBoundingClientRect();
    const [x, y] = [event.clientX - frameBox.left, event.clientY - frameBox.top].map((value) => value * side() / frameBox.width);
    const away = places.map(([px, py]) => Math.hypot(px - x, py - y));
    const i = away.indexOf(Math.min(...away));
    return away[i] <= within ? i : undefined;
  };
  field.addEventListener("focus", () => field.select());
  drawn.addEventListener("click", (event) => {
    const i = nearby(event, 2 * NAMED);
    if (i !== undefined) choose(words[i]);
  });
  drawn.addEventListener("pointermove", (event) => { map.title = words[nearby(event, NAMED)] || ""; });
  drawn.addEventListener("keydown", (event) => {
    const towards = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!towards) return;
    event.preventDefault();
    choose(words[neighbourTowards(places, shown.i, towards)]);
  });

  // ---- Real or noise? A map without names; small settings, where noise has clumps, too.
  role("answers").append(...[["words", "Real words"], ["noise", "Noise"]].map(([data, text]) => {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", () => answer(data));
    return button;
  }));
  function settle(verdict = "") {
    role("question").hidden = !asked;
    setText(role("verdict"), verdict);
  }
  function answer(data) {
    const name = asked;
    const noise = name.startsWith("noise");
    played++;
    if (name.startsWith(data)) right++;
    asked = undefined;
    put(model, stateOf(name));
    update();
    const text = `${name.startsWith(data) ? "Yes" : "No"}: ${noise ? "noise, and its clumps are the method's own" : "real words"} (${described(name)}). ${right} of ${played} right; a coin has half.`;
    settle(text);
    announce(text);
    setText(play, "Another map");
    play.focus();
  }
  play.addEventListener("click", () => use.run((held) => {
    const data = Math.random() < 0.5 ? "words" : "noise";
    const others = Object.keys(held.maps).filter((name) => name.startsWith(data) && /[a-zA-Z] [25] /.test(name) && held.maps[name] !== points);
    asked = others[Math.floor(Math.random() * others.length)];
    show(held, { ...wish(), ...stateOf(asked) });
    settle();
    role("answers").firstChild.focus({ preventScroll: true });
    role("question").scrollIntoView({ block: "nearest" });
  }, "shown"));

  slider.addEventListener("input", () => {
    const [setting, stops] = settings[model.get("method")];
    put(model, { [setting]: stops[slider.value] });
  });
  choices("method", Object.keys(settings));
  choices("data", ["words", "noise"]);
  choices("seed", [...Array(first.seeds).keys()]);
  const end = follow(model, Object.fromEntries(KEYS.map((key) => [key, update])));
  close.addEventListener("change", () => place(1));
  const resized = new ResizeObserver(() => { cancelAnimationFrame(frame); from = undefined; place(1); });
  field.value = model.get("word");
  show(first, wish());
  resized.observe(map);
  settle();
  say(`Click a point, or type a word.${loads ? ` Doing so loads ${loads} of maps, once.` : ""}`);
  setText(role("note"), `The strong dots are words of the same kind. Nearest in the space is by cosine, over all 50 numbers of GloVe's vectors. Noise is as many points, drawn at random with the same mean and covariance; the words are dealt to them as names. Maps are turned to lie alike, which changes no distance.`);
  return () => {
    cancelAnimationFrame(frame);
    resized.disconnect();
    end();
  };
}

export default { render };
