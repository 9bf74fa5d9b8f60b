// Helpers that stand in front of every island's module, in JupyterLab and on the site alike.

/** The island's static picture: already in a page of the site, sent by Python in JupyterLab. */
function showStatic(model, el) {
  if (!el.firstElementChild) el.innerHTML = model.get("static_html");
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
