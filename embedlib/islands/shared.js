// Helpers that stand in front of every island's module, in JupyterLab and on the site alike.

/** Put the live view in the place of the table for pages without scripts; what it gives finds parts by `data-role`. */
function build(el, html) {
  // JupyterLab would take arrow keys and Enter for itself, wherever the focus is not in a field of text.
  el.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = "true"; });
  el.innerHTML = `${html}<p class="i-away" data-role="announce" role="status" aria-live="polite"></p>`;
  return (name) => el.querySelector(`[data-role="${name}"]`);
}

/**
 * Ask for a part of the island's data and wait for the message that brings it;
 * `again` where what came before was of no use.
 */
function requestMessage(model, part, again = false, patience = 60000) {
  return new Promise((resolve, reject) => {
    const finish = (settle, value) => {
      clearTimeout(timer);
      model.off("msg:custom", receive);
      settle(value);
    };
    const receive = (message, buffers) => {
      if (!message || message.part !== part) return;
      if (message.error) finish(reject, new Error(message.error));
      else finish(resolve, { message, buffers: buffers || [] });
    };
    const timer = setTimeout(() => finish(reject, new Error("no answer came; is the kernel running?")), patience);
    model.on("msg:custom", receive);
    model.send({ part, again });
  });
}

/** A part of the island's data, as bytes. */
async function requestPart(model, part, again = false) {
  const { buffers } = await requestMessage(model, part, again);
  const view = buffers[0];
  return new Uint8Array(view.buffer || view, view.byteOffset || 0, view.byteLength);
}

/** The island's worker.js, running. */
async function startWorker(model) {
  const { message, buffers } = await requestMessage(model, "worker");
  const address = message.url || URL.createObjectURL(new Blob(buffers, { type: "text/javascript" }));
  return new Worker(address);
}

/**
 * Data that is loaded when the reader first uses the island. `run(action, kind)` acts at once where it is there, else
 * when it has come; of each kind, only the last wish counts. `say(text)` tells how it goes, `open(again)` gives the data.
 */
function atFirstUse({ model, el, what, open, say }) {
  const wishes = {};
  const loads = model.get("loads");
  let [opened, opening, failed] = [null, null, false];
  async function load() {
    say(`Loading ${loads ? `${loads} of` : "the"} ${what} …`);
    el.setAttribute("aria-busy", "true");
    try {
      const found = await open(failed);
      say("");
      opened = found;
    } catch (reason) {
      [opening, failed] = [null, true];
      say(`The ${what} did not arrive (${reason.message}). What stands below is still true; try again to load them again.`);
    } finally {
      el.removeAttribute("aria-busy");
    }
  }
  const begin = () => (opened ? Promise.resolve() : (opening ||= load()));
  function run(action, kind = "") {
    if (opened) { action(opened); return; }
    wishes[kind] = action;
    begin().then(() => {
      if (!opened || wishes[kind] !== action) return;
      delete wishes[kind];
      action(opened);
    });
  }
  return { begin, run };
}

/** Undo gzip with what the browser has. */
async function gunzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

let islandIds = 0;
const islandId = (stem) => `island-${stem}-${++islandIds}`;

/** Change the text of an element that holds nothing else; keeping its node saves the browser work. */
function setText(el, text) {
  if (el.firstChild) el.firstChild.data = text;
  else el.textContent = text;
}

/** A new element: `make("td", { class: "…" }, child, "text")`. */
function make(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.append(...children);
  return el;
}

/** Rows are made once and filled again, so that what the reader selected or focused stays. */
function fill(body, count, makeRow) {
  while (body.children.length > count) body.lastElementChild.remove();
  while (body.children.length < count) body.append(makeRow());
  return [...body.children];
}

/** A row of a table: its head and its cells, each a text, an element or a list of them. */
const newRow = (head, ...cells) => make("tr", {}, make("th", { scope: "row" }, ...[head].flat()),
  ...cells.map((cell) => (cell.tagName === "TD" ? cell : make("td", {}, ...[cell].flat()))));

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const upTo = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A number with thousands apart, and one with a real minus sign and no negative zero. */
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
function signed(value, digits = 2) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

// ---------------------------------------------------------------- strips of colour, bars

/** Colours of signed numbers, from the lowest to the highest: orange is negative, white is zero, purple positive. */
const DIVERGING = Array.from({ length: 41 }, (_, i) => {
  const strength = Math.abs(i - 20) / 20;
  return [...(i < 20 ? [230, 97, 1] : [94, 60, 153]).map((c) => 255 - strength * (255 - c)), 255];
});
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).concat(255);
const newStrip = () => make("span", { class: "i-strip", "aria-hidden": "true" }, make("canvas", { height: 1 }));

/** A number's colour: the first of these is for −limit, the last for limit. */
function colourOf(value, limit, colours = DIVERGING) {
  const share = (Math.min(Math.max(value / limit, -1), 1) + 1) / 2;
  return colours[Math.floor(share * (colours.length - 1) + 0.5)];
}

/** A square of coloured cells; `colour(i)` gives that of each, or nothing. */
function drawSquare(canvas, side, colour) {
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) image.data.set(colour(i) || [0, 0, 0, 0], 4 * i);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A strip of coloured cells, a cell a number, from −limit to limit. */
function drawStrip(strip, values, limit, colours) {
  const canvas = strip.firstElementChild;
  if (canvas.width !== values.length) canvas.width = values.length;
  const context = canvas.getContext("2d");
  const image = context.createImageData(values.length, 1);
  for (let j = 0; j < values.length; j++) image.data.set(colourOf(values[j], limit, colours), 4 * j);
  context.putImageData(image, 0, 0);
}

/** How far the numbers of these rows reach, and the smallest of 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, … that is not below that: a strip's limit. */
const farthest = (rows) => Math.max(...rows.flat().map(Math.abs));
function niceLimit(most) {
  const exponent = Math.max(Math.floor(Math.log10(most)), -3);
  return [1, 1.5, 2, 3, 5, 7, 10].map((digit) => Number(`${digit}e${exponent}`)).find((limit) => most <= limit) || 1e300;
}

/** What the colours mean: a strip between its limits. */
function drawKey(el, limit, digits, colours) {
  if (!el.querySelector(".i-strip")) el.prepend(make("span"), newStrip(), make("span"));
  const [low, strip, high] = el.children;
  setText(low, signed(-limit, digits));
  setText(high, signed(limit, digits));
  drawStrip(strip, Array.from({ length: 21 }, (_, i) => i / 10 - 1), 1, colours);
}

/** A cell of a ranked list: a number and its bar. Bars move by transforms: nothing has to be laid out again. */
function newBarCell() {
  return make("td", { class: "i-cosine" }, make("span", { class: "i-number" }, "0"), make("span", { class: "i-bar", "aria-hidden": "true" }, make("span")));
}
function drawBar(cell, value) {
  setText(cell.firstElementChild, signed(value));
  cell.lastElementChild.firstElementChild.style.transform = `scaleX(${Math.max(value, 0).toFixed(4)})`;
}

// ---------------------------------------------------------------- words, said and typed

/** Write a sentence: every second piece is a word spoken about, set in italics. */
function writeSentence(el, pieces) {
  if (el.childNodes.length === pieces.length && pieces.every((_, i) => el.childNodes[i].nodeName === (i % 2 ? "I" : "#text"))) {
    pieces.forEach((piece, i) => { el.childNodes[i].textContent = piece; });
    return;
  }
  el.replaceChildren(...pieces.map((piece, i) => {
    if (i % 2 === 0) return document.createTextNode(piece);
    const word = document.createElement("i");
    word.textContent = piece;
    return word;
  }));
}

/** Say something to a screen reader once the reader has paused. */
function announcer(el, pause = 700) {
  let timer;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => { el.textContent = text; }, pause);
  };
}

/** What an island says: `announce(text)` to a screen reader alone, `say(text)` beside its controls too. */
function speaker(role) {
  const announce = announcer(role("announce"));
  const say = (text) => {
    setText(role("status"), text);
    announce(text);
  };
  return { say, announce };
}

/** Tell the model, which tells Python in JupyterLab, and the listeners of `follow`. */
function put(model, values) {
  for (const [key, value] of Object.entries(values)) model.set(key, value);
  model.save_changes();
}

/** Call `handlers[key]` when that value of the model changes; what is given ends it. */
function follow(model, handlers) {
  for (const [key, handler] of Object.entries(handlers)) model.on(`change:${key}`, handler);
  return () => { for (const [key, handler] of Object.entries(handlers)) model.off(`change:${key}`, handler); };
}

/** Run an action once after all that changes in one go, as from Python, has changed. */
function once(action) {
  let queued = false;
  return () => {
    if (!queued) queueMicrotask(() => { queued = false; action(); });
    queued = true;
  };
}

/**
 * A text field with a list of options beneath it (the combobox pattern of WAI-ARIA).
 * `onText(text)` is called at each keystroke, `onChoose(text)` for a chosen option or Enter,
 * `onBegin()` when the field is first used.
 */
function combobox({ input, list, onText, onChoose, onBegin }) {
  let active = -1;
  const id = islandId("options");
  list.id = id;
  list.setAttribute("role", "listbox");
  for (const [key, value] of Object.entries({
    role: "combobox", "aria-controls": id, "aria-autocomplete": "list", "aria-expanded": "false",
    autocomplete: "off", autocapitalize: "none", spellcheck: "false",
  })) input.setAttribute(key, value);

  function mark(next) {
    active = next;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[active].id);
  }
  function setOptions(texts) {
    list.replaceChildren(...texts.map((text, i) => {
      const option = document.createElement("li");
      option.id = `${id}-${i}`;
      option.setAttribute("role", "option");
      option.textContent = text;
      return option;
    }));
    input.setAttribute("aria-expanded", String(texts.length > 0));
    mark(-1);
  }
  function choose(text) {
    setOptions([]);
    onChoose(text);
  }
  input.addEventListener("pointerdown", () => onBegin());
  input.addEventListener("input", () => { onBegin(); onText(input.value); });
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(active < 0 ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
    } else if (event.key === "ArrowDown") {
      onBegin();
      onText(input.value);
    } else if (event.key === "Enter") {
      onBegin();
      choose(active >= 0 ? list.children[active].textContent : input.value);
    } else if (event.key === "Escape" && count) {
      setOptions([]);
    } else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option.textContent);
  });
  return { setOptions };
}

/** Buttons with `data-tab` and panels with `data-panel` become tabs (the pattern of WAI-ARIA); `onChoose(name)`. */
function tabs(el, onChoose) {
  const buttons = [...el.querySelectorAll("[data-tab]")];
  const panels = buttons.map((button) => el.querySelector(`[data-panel="${button.dataset.tab}"]`));
  buttons[0].parentElement.setAttribute("role", "tablist");
  buttons.forEach((button, i) => {
    [button.id, panels[i].id] = [islandId("tab"), islandId("panel")];
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", panels[i].id);
    panels[i].setAttribute("role", "tabpanel");
    panels[i].setAttribute("aria-labelledby", button.id);
    button.addEventListener("click", () => onChoose(button.dataset.tab));
    button.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: i + 1, ArrowLeft: i - 1 + buttons.length, Home: 0, End: buttons.length - 1 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const next = buttons[steps[event.key] % buttons.length];
      onChoose(next.dataset.tab);
      next.focus();
    });
  });
  return (name) => buttons.forEach((button, i) => {
    const chosen = button.dataset.tab === name;
    button.setAttribute("aria-selected", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    panels[i].hidden = !chosen;
  });
}
