// Drawings that find drawings: choose one, and see what is nearest to it by four vectors. The first answer is Python's.

const VIEW = `<div class="i-controls"><div class="i-line"><label>Name <input type="text" maxlength="40" autocomplete="off" data-role="name"></label>
<label>Subcategory <select data-role="kind"></select></label>
<button type="button" data-role="surprise">Surprise me</button></div>
<p class="i-status" data-role="status"></p>
<div class="vs-all" data-role="all" role="group" aria-label="The drawings; arrow keys go from one to the next, Enter searches with it"></div></div>
<div class="vs-query"><canvas aria-hidden="true" data-role="picture"></canvas>
<p><span class="i-title" data-role="query"></span><br><span class="i-small" data-role="filed"></span></p>
<span class="i-controls"><button type="button" data-role="back">Back</button></span></div>
<div data-role="rows" role="group" aria-label="The nearest drawings, a row each way; arrow keys go from one to the next, Enter searches with it"></div>
<p class="i-note" data-role="note"></p>`;

const percent = (share) => `${Math.round(share * 100)} %`;
const several = (count) => (count === 1 ? "1 drawing" : `${count} drawings`);

/** A picture out of its bytes: what cannot be decoded is an error. */
const picture = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/webp" }));

/** All drawings: a line of JSON, then the sheet with their pictures. */
async function unpack(bytes) {
  const all = await gunzip(bytes);
  const end = all.indexOf(10);
  return { ...JSON.parse(new TextDecoder().decode(all.subarray(0, end))), sheet: await picture(all.subarray(end + 1)) };
}

/** Where the network fails although it finds something near: the nearest is of another subcategory, the highest cosine first; of two that find each other, one. */
function surprises({ kind, near: { network: { found, cosines } } }) {
  const wrong = [...found.keys()].filter((i) => kind[found[i][0]] !== kind[i]).sort((i, j) => cosines[j][0] - cosines[i][0] || i - j);
  const place = new Map(wrong.map((i, nth) => [i, nth]));
  return wrong.filter((i, nth) => !(found[found[i][0]][0] === i && place.get(found[i][0]) < nth));
}

/** One stop for the Tab key in a group of buttons; arrow keys, Home and End go among those that are shown. */
function rove(group) {
  const stop = (button) => {
    group.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    if (button) button.tabIndex = 0;
  };
  group.addEventListener("focusin", ({ target }) => stop(target.closest("button")));
  group.addEventListener("keydown", (event) => {
    const all = [...group.querySelectorAll("button:not([hidden])")];
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const wide = getComputedStyle(event.target.parentElement).gridTemplateColumns.split(" ").length;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  });
  return stop;
}

async function render({ model, el }) {
  const first = model.get("first");
  const role = build(el, VIEW);
  const [field, kinds, all, back] = ["name", "kind", "all", "back"].map(role);
  const { say, announce } = speaker(role);
  const loads = model.get("loads");
  const visited = [];
  let settled = first.drawing;
  let order, nth = -1;
  const filed = (k) => first.kinds[k][0];
  const total = sum(first.kinds.map(([, count]) => count));

  function paint(canvas, held, i) {
    const at = held.places ? held.places[i] : i;
    const { side } = first;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    if (typeof held.sheet === "string") return; // not yet decoded
    canvas.getContext("2d").drawImage(held.sheet, side * (at % held.wide), side * Math.floor(at / held.wide), side, side, 0, 0, side, side);
  }
  const newDrawing = () => make("button", { type: "button", tabindex: "-1" }, make("canvas", { "aria-hidden": "true" }));

  // ---- What one drawing finds: the rows are made once and filled again, so that the focus stays.
  const lists = first.ways.map(({ way, title, about, share }) => {
    const list = make("div", { class: "vs-found" });
    fill(list, first.near[way].found[first.at].length, newDrawing).forEach((button) => {
      button.append(make("span", { class: "vs-name" }), make("span", { class: "vs-cosine" }));
      button.addEventListener("click", () => go(button.dataset.name));
    });
    const bar = make("span", { class: "vs-share", "aria-hidden": "true" }, make("span", { style: `width:${share * 200}%` }), make("i", { style: `left:${first.chance * 200}%` }));
    role("rows").append(make("div", { class: "vs-way" }, make("span", {}, make("b", {}, title), ` ${about}`), make("span", { "data-right": way }),
      make("span", { class: "vs-all-over" }, bar, `${percent(share).padStart(4, "\u2007")} over all ${total}`)), list);
    return { way, list };
  });

  function show(held, i) {
    const name = held.names[i];
    const count = first.kinds[held.kind[i]][1];
    paint(role("picture"), held, i);
    setText(role("query"), name);
    setText(role("filed"), `filed with ${filed(held.kind[i])}: ${count > 1 ? `${several(count)} in all` : "the only one, so nothing can be right"}`);
    const right = lists.map(({ way, list }) => {
      const { found: { [i]: found }, cosines: { [i]: cosines } } = held.near[way];
      found.forEach((j, rank) => {
        const button = list.children[rank];
        const same = held.kind[j] === held.kind[i];
        const cosine = signed(cosines[rank] / 1000, 3);
        button.dataset.name = held.names[j];
        button.className = same ? "vs-right" : "";
        button.title = `${held.names[j]}: ${filed(held.kind[j])}`;
        button.setAttribute("aria-label", `${held.names[j]}, cosine ${cosine}, ${same ? "right" : `wrong: ${filed(held.kind[j])}`}`);
        paint(button.firstElementChild, held, j);
        setText(button.children[1], held.names[j]);
        setText(button.children[2], same ? `✓ ${cosine}` : cosine);
      });
      const hits = found.filter((j) => held.kind[j] === held.kind[i]).length;
      setText(el.querySelector(`[data-right="${way}"]`), `${hits} of ${found.length} right`);
      return `${hits} by ${way}`;
    });
    return `${name}: nearest by the network is ${held.names[held.near.network.found[i][0]]}. Right of ${lists[0].list.children.length}: ${right.join(", ")}.`;
  }

  // ---- All drawings, and which of them are shown.
  const use = atFirstUse({ model, el, what: "drawings", say, open: async (again) => {
    const held = await unpack(await requestPart(model, "data", again));
    order = surprises(held);
    all.replaceChildren(...held.names.map((name, i) => {
      const button = newDrawing();
      button.setAttribute("aria-label", name);
      button.title = name;
      button.addEventListener("click", () => go(name));
      paint(button.firstElementChild, held, i);
      return button;
    }));
    mark(held);
    return held;
  } });
  const stop = rove(all);

  /** The drawing that the rows belong to is marked among all, and rolled to; the page itself stays where it is. */
  function mark(held) {
    const at = held.names.indexOf(model.get("drawing"));
    [...all.children].forEach((button, i) => (i === at ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")));
    const button = all.children[at].hidden ? all.querySelector("button:not([hidden])") : all.children[at];
    stop(button);
    if (button && !all.contains(document.activeElement)) all.scrollTop = button.offsetTop - all.clientHeight / 2;
  }

  const filter = () => use.run((held) => {
    const typed = field.value.trim().toLowerCase();
    const within = (i) => !kinds.value || filed(held.kind[i]) === kinds.value;
    const begins = (name) => ` ${name}`.includes(` ${typed}`);
    // Where words begin so, only these: a cat is no identification card. Else wherever the letters stand: a strawberry for "berry".
    const fits = held.names.some((name, i) => begins(name) && within(i)) ? begins : (name) => name.includes(typed);
    const shown = held.names.filter((name, i) => {
      all.children[i].hidden = !(fits(name) && within(i));
      return !all.children[i].hidden;
    }).length;
    const where = kinds.value ? ` in ${kinds.value}` : "";
    if (shown) say(typed || where ? `${several(shown)}${where}${typed ? ` with "${typed}" in the name` : ""}.` : `All ${shown} drawings.`);
    else say(`No drawing${where} has "${typed}" in its name. Try another word${where ? ", or all subcategories" : ""}.`);
    mark(held);
  }, "filter");

  // ---- From one to the next.
  function go(name) {
    put(model, { drawing: name });
  }
  const onDrawing = () => use.run((held) => {
    const name = model.get("drawing");
    if (name !== settled) visited.push(settled);
    settled = name;
    back.disabled = !visited.length;
    announce(show(held, held.names.indexOf(name)));
    mark(held);
  }, "shown");
  back.addEventListener("click", () => {
    settled = visited.pop();
    go(settled);
    back.disabled = !visited.length;
    if (back.disabled) role("rows").querySelector("button").focus();
  });
  role("surprise").addEventListener("click", () => use.run((held) => {
    nth = (nth + 1) % order.length;
    const [name, found] = [order[nth], held.near.network.found[order[nth]][0]].map((i) => held.names[i]);
    go(name);
    say(`Surprise ${nth + 1} of ${order.length}: the network's nearest to ${name} is ${found}, of another subcategory. The highest cosine came first.`);
  }, "surprise"));
  field.addEventListener("pointerdown", use.begin);
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") use.run((held) => { // with the first of those that are shown
      const at = [...all.children].findIndex((button) => !button.hidden);
      if (at >= 0) go(held.names[at]);
    }, "chosen");
  });
  kinds.addEventListener("change", filter);
  const end = follow(model, { drawing: onDrawing });

  kinds.append(make("option", { value: "" }, "all"), ...first.kinds.map(([kind, count]) => make("option", { value: kind }, `${kind} (${count})`)));
  const open = make("button", { type: "button" }, `Show all ${total} drawings`);
  open.addEventListener("click", () => { use.run(() => all.querySelector('[tabindex="0"]').focus(), "all"); });
  all.append(make("p", {}, open));
  rove(role("rows"))(lists[0].list.firstElementChild);
  back.disabled = true;
  say(`Type a name, or click any drawing.${loads ? ` Doing so loads ${loads} of drawings, once.` : ""}`);
  role("note").append("Right is what stands in the same subcategory. Subcategories are Unicode's, a ruler with faults of its own: "
    + "the church is filed with place-religious, and the wedding, a church with a heart, with place-building. "
    + `Of drawings taken by chance ${percent(first.chance)} would be right: the mark in each bar, which ends at 50 %. Drawings: OpenMoji, CC BY-SA 4.0.`);
  show(first, first.at);
  const sheet = await picture(Uint8Array.from(atob(first.sheet), (letter) => letter.charCodeAt(0)));
  if (settled === first.drawing) show({ ...first, sheet }, first.at);
  if (model.get("drawing") !== first.drawing) onDrawing();
  return end;
}

export default { render };
