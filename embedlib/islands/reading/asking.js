// Asking an encoder's worker (worker.js), and what can be said of its vectors: in front of each island that asks it.

const row = (matrix, at, d) => matrix.subarray(at * d, (at + 1) * d);
const mean = (rows) => rows[0].map((_, i) => rows.reduce((sum, each) => sum + each[i], 0) / rows.length);

function cosine(u, v) {
  let uv = 0, uu = 0, vv = 0;
  for (let i = 0; i < u.length; i++) { uv += u[i] * v[i]; uu += u[i] * u[i]; vv += v[i] * v[i]; }
  return uv / Math.sqrt(uu * vv) || 0;
}

/** The words of a run, in lower case: for each the pieces of its first occurrence. */
function wordsOf({ tokens, owner }) {
  const groups = [];
  tokens.forEach((piece, t) => {
    if (owner[t] >= 0) (groups[owner[t]] ??= []).push(t);
  });
  const found = new Map();
  for (const group of groups.filter(Boolean)) {
    const word = group.map((t) => tokens[t].replace(/^##/, "")).join("");
    if (/[\p{L}\p{N}]/u.test(word) && !found.has(word)) found.set(word, group);
  }
  return found;
}

/** A word's vector in a run at a layer: the mean of its pieces. */
const wordVector = (run, word, layer, d) => mean(wordsOf(run).get(word).map((t) => row(run.hidden[layer], t, d)));

/** The models of an island: `open(wanted)` fetches one, once, and starts the worker; `ask(task)` asks that. */
function encoderWorker({ model, el, say }) {
  const opened = {};
  const waiting = new Map();
  let worker, turn = 0, again = false;
  function ask(task) {
    return new Promise((resolve, reject) => {
      waiting.set(++turn, { resolve, reject });
      worker.postMessage({ id: turn, ...task });
    });
  }
  async function load({ name, parts: count }) {
    if (!worker) {
      worker = await startWorker(model);
      worker.onmessage = ({ data }) => {
        const { resolve, reject } = waiting.get(data.id);
        waiting.delete(data.id);
        if (data.error) reject(new Error(data.error));
        else resolve(data.result);
      };
    }
    const parts = [];
    for (let i = 0; i < count; i++) {
      say(`Loading: part ${i + 1} of ${count} …`);
      parts.push(await requestPart(model, `${name}-${i}`, again));
    }
    const bytes = await gunzip(new Uint8Array(await new Blob(parts).arrayBuffer()));
    opened[name] = await ask({ task: "load", name, bytes });
  }
  /** What is known about a model, loaded now if need be; nothing where it did not arrive, which is then said. */
  async function open(wanted) {
    if (opened[wanted.name]) return opened[wanted.name];
    el.setAttribute("aria-busy", "true");
    try {
      await load(wanted);
      again = false;
      return opened[wanted.name];
    } catch (reason) {
      again = true;
      say(`The model did not arrive (${reason.message}). Try again.`);
      return undefined;
    } finally {
      el.removeAttribute("aria-busy");
    }
  }
  /** A button for each model, which states its size; `use(model)` when it is pressed. */
  function buttons(models, use) {
    return models.map((each) => {
      const size = each.megabytes.toFixed(each.megabytes > 10 ? 0 : 1);
      const button = make("button", { type: "button", "data-model": each.name }, `Load ${each.title} (${size} MB)`);
      button.addEventListener("click", () => { if (!el.hasAttribute("aria-busy")) use(each); });
      return button;
    });
  }
  return { ask, open, opened, buttons, end: () => worker?.terminate() };
}
