// A BERT encoder from end to end: text → pieces → vectors → layers. No library; only the weights come from elsewhere
// (weights.py packs them). A matrix of T rows and d columns is one flat array: row t begins at t * d.

const models = {};
const LONGEST = 64;

// ---------------------------------------------------------------- the weights

/** Read what weights.py packed: a line of JSON, then the tensors one behind the other. */
function readModel(bytes) {
  const end = bytes.indexOf(10) + 1;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const kinds = { int8: Int8Array, float16: Uint16Array, float32: Float32Array };
  const tensors = {};
  for (const [name, { type, shape, at }] of Object.entries(header.tensors)) {
    const count = shape.reduce((product, n) => product * n, 1);
    const data = new kinds[type](bytes.buffer, bytes.byteOffset + end + at, count);
    tensors[name] = { shape, data: type === "float16" ? fromHalves(data) : data };
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    tensor.rows = tensors[`${name}.rows`]?.data;
    tensor.columns = tensors[`${name}.columns`]?.data;
  }
  const ids = new Map(header.vocabulary.map((piece, id) => [piece, id]));
  return { ...header, tensors, ids };
}

/** Half-precision floats: one bit of sign, five of exponent, ten of fraction. */
function fromHalves(halves) {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const sign = halves[i] & 0x8000 ? -1 : 1;
    const exponent = (halves[i] >> 10) & 31;
    const fraction = (halves[i] & 1023) / 1024;
    values[i] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
  }
  return values;
}

/** Write one row of a matrix into `into`. Eight-bit weights: scale of the row * scale of the column * integer. */
function openRow({ data, shape: [, d], rows, columns }, row, into) {
  const at = row * d;
  if (rows) for (let i = 0; i < d; i++) into[i] = rows[row] * columns[i] * data[at + i];
  else into.set(data.subarray(at, at + d));
}

// ---------------------------------------------------------------- text → pieces

const isChinese = (c) =>
  [[0x4e00, 0x9fff], [0x3400, 0x4dbf], [0x20000, 0x2a6df], [0x2a700, 0x2b73f], [0x2b740, 0x2b81f],
    [0x2b820, 0x2ceaf], [0xf900, 0xfaff], [0x2f800, 0x2fa1f]].some(([from, to]) => c >= from && c <= to);

/** Cut a text into words: lower case, no accents, punctuation and Chinese characters on their own (or dropped). */
function words(text, signs) {
  if (signs === "dropped") {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  }
  let clean = "";
  for (const c of text.normalize("NFD")) {
    if (/[\p{Mn}\u0000\ufffd]/u.test(c) || (/\p{C}/u.test(c) && !/[\t\n\r]/.test(c))) continue;
    const alone = /[\p{P}!-/:-@[-`{-~]/u.test(c) || isChinese(c.codePointAt(0));
    clean += alone ? ` ${c} ` : c.toLowerCase();
  }
  return clean.split(/\s+/).filter(Boolean);
}

/** WordPiece: the longest piece of the vocabulary that the word begins with, then the same for what is left. */
function pieces(word, ids) {
  const letters = [...word];
  const found = [];
  if (letters.length > 100) return ["[UNK]"];
  for (let from = 0, to; from < letters.length; from = to) {
    let piece;
    for (to = letters.length; to > from; to--) {
      piece = (from ? "##" : "") + letters.slice(from, to).join("");
      if (ids.has(piece)) break;
    }
    if (to === from) return ["[UNK]"];
    found.push(piece);
  }
  return found;
}

/** The pieces of a text between [CLS] and [SEP], and for each the number of the word that it belongs to (−1: none). */
function tokenize(text, { ids, signs }) {
  const tokens = ["[CLS]"];
  const owner = [-1];
  let word = 0;
  let left = 0;
  for (const run of text.split(/(\[(?:MASK|UNK|CLS|SEP|PAD)\])/)) {
    const special = /^\[(MASK|UNK|CLS|SEP|PAD)\]$/.test(run);
    for (const each of special ? [run] : words(run, signs)) {
      for (const piece of special ? [each] : pieces(each, ids)) {
        if (tokens.length < LONGEST - 1) owner[tokens.push(piece) - 1] = word;
        else left++;
      }
      word++;
    }
  }
  owner[tokens.push("[SEP]") - 1] = -1;
  return { tokens, owner, left };
}

// ---------------------------------------------------------------- arithmetic

/**
 * x W^T + b: every row of x times every row of the weights. This is where the time goes: a row of weights is opened
 * once, two at a time, and used for four rows of x at a time, so that each number read serves several products.
 */
function linear(x, weight, bias) {
  const [out, width] = weight.shape;
  const rows = x.length / width;
  const y = new Float64Array(rows * out);
  const u = new Float64Array(width);
  const v = new Float64Array(width);
  for (let o = 0; o < out; o += 2) {
    const next = Math.min(o + 1, out - 1);
    openRow(weight, o, u);
    openRow(weight, next, v);
    const bu = bias ? bias.data[o] : 0;
    const bv = bias ? bias.data[next] : 0;
    for (let t = 0; t < rows; t += 4) {
      // Where fewer than four rows are left, the last one is done again.
      const t1 = Math.min(t + 1, rows - 1), t2 = Math.min(t + 2, rows - 1), t3 = Math.min(t + 3, rows - 1);
      let a = t * width, b = t1 * width, c = t2 * width, d = t3 * width;
      let ua = 0, ub = 0, uc = 0, ud = 0, va = 0, vb = 0, vc = 0, vd = 0;
      for (let i = 0; i < width; i++) {
        const ui = u[i], vi = v[i];
        const xa = x[a++], xb = x[b++], xc = x[c++], xd = x[d++];
        ua += ui * xa; ub += ui * xb; uc += ui * xc; ud += ui * xd;
        va += vi * xa; vb += vi * xb; vc += vi * xc; vd += vi * xd;
      }
      y[t * out + o] = ua + bu; y[t * out + next] = va + bv;
      y[t1 * out + o] = ub + bu; y[t1 * out + next] = vb + bv;
      y[t2 * out + o] = uc + bu; y[t2 * out + next] = vc + bv;
      y[t3 * out + o] = ud + bu; y[t3 * out + next] = vd + bv;
    }
  }
  return y;
}

/** Layer norm: each row to mean 0 and variance 1, then stretched and shifted by what was learnt. */
function norm(x, weight, bias, epsilon) {
  const d = weight.data.length;
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += d) {
    let mean = 0, variance = 0;
    for (let i = 0; i < d; i++) mean += x[at + i] / d;
    for (let i = 0; i < d; i++) variance += (x[at + i] - mean) ** 2 / d;
    const by = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < d; i++) y[at + i] = (x[at + i] - mean) * by * weight.data[i] + bias.data[i];
  }
  return y;
}

/** Make the numbers from..to of an array positive with sum 1; larger ones take far larger shares. */
function softmax(x, from = 0, to = x.length) {
  let most = -Infinity, sum = 0;
  for (let i = from; i < to; i++) most = Math.max(most, x[i]);
  for (let i = from; i < to; i++) sum += x[i] = Math.exp(x[i] - most);
  for (let i = from; i < to; i++) x[i] /= sum;
}

/** The error function, to 2 in ten million (Abramowitz and Stegun, 7.1.26). */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** GELU: a number times the share of a bell curve that lies below it. */
const gelu = (x) => x.map((value) => value * 0.5 * (1 + erf(value * Math.SQRT1_2)));

const add = (x, y) => x.map((value, i) => value + y[i]);

// ---------------------------------------------------------------- the encoder

/** The three vectors that are added up for each piece: which piece, at which place, in which sentence (the first). */
function threeEmbeddings(model, ids) {
  const rows = (name, places) => {
    const found = new Float64Array(places.length * model.width);
    places.forEach((place, t) => {
      openRow(model.tensors[`embeddings.${name}.weight`], place, found.subarray(t * model.width, (t + 1) * model.width));
    });
    return found;
  };
  return [
    rows("word_embeddings", ids),
    rows("position_embeddings", ids.map((_, t) => t)),
    rows("token_type_embeddings", ids.map(() => 0)),
  ];
}

/** Every piece asks (query) all pieces (key) and takes from each (value) the share that the answers give. */
function attention(model, layer, x) {
  const part = (name) => {
    const stem = `encoder.layer.${layer}.attention.${name}`;
    return (input) => linear(input, model.tensors[`${stem}.weight`], model.tensors[`${stem}.bias`]);
  };
  const query = part("self.query")(x), key = part("self.key")(x), value = part("self.value")(x);
  const { width: d, heads } = model;
  const T = x.length / d;
  const size = d / heads;
  const shares = new Float32Array(heads * T * T);
  const mixed = new Float64Array(x.length);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < T; t++) {
      const row = (h * T + t) * T;
      for (let s = 0; s < T; s++) {
        let product = 0;
        for (let i = h * size; i < (h + 1) * size; i++) product += query[t * d + i] * key[s * d + i];
        shares[row + s] = product / Math.sqrt(size);
      }
      softmax(shares, row, row + T);
      for (let s = 0; s < T; s++) {
        const share = shares[row + s];
        for (let i = h * size; i < (h + 1) * size; i++) mixed[t * d + i] += share * value[s * d + i];
      }
    }
  }
  return { shares, out: part("output.dense")(mixed) };
}

/** Each piece by itself: four times as many numbers, bent by GELU, and back. */
function feedForward(model, layer, x) {
  const { tensors } = model;
  const stem = `encoder.layer.${layer}`;
  const inner = linear(x, tensors[`${stem}.intermediate.dense.weight`], tensors[`${stem}.intermediate.dense.bias`]);
  return linear(gelu(inner), tensors[`${stem}.output.dense.weight`], tensors[`${stem}.output.dense.bias`]);
}

/** All layers: what stands after each (`hidden`, first the sum of the embeddings) and where each head looked. */
function encode(model, ids) {
  const normed = (name, x) => norm(x, model.tensors[`${name}.weight`], model.tensors[`${name}.bias`], model.epsilon);
  const sums = threeEmbeddings(model, ids);
  let x = normed("embeddings.LayerNorm", sums.reduce(add));
  const hidden = [x];
  const looked = [];
  for (let layer = 0; layer < model.layers; layer++) {
    const [first, second] = [`attention.output`, `output`].map((name) => `encoder.layer.${layer}.${name}.LayerNorm`);
    // BERT adds and then norms; the miniature norms what goes in (pre-norm), which is easier to train.
    const before = model.prenorm;
    const { shares, out } = attention(model, layer, before ? normed(first, x) : x);
    x = before ? add(x, out) : normed(first, add(x, out));
    const fed = feedForward(model, layer, before ? normed(second, x) : x);
    x = before ? add(x, fed) : normed(second, add(x, fed));
    looked.push(shares);
    hidden.push(x);
  }
  if (model.prenorm) hidden[model.layers] = normed("encoder.LayerNorm", x);
  return { sums, hidden, looked };
}

/** The likeliest pieces in the place of a vector of the last layer: `[piece, probability]`, likeliest first. */
function guess(model, vector, k = 5) {
  const { tensors } = model;
  const head = "cls.predictions";
  let x = gelu(linear(vector, tensors[`${head}.transform.dense.weight`], tensors[`${head}.transform.dense.bias`]));
  x = norm(x, tensors[`${head}.transform.LayerNorm.weight`], tensors[`${head}.transform.LayerNorm.bias`], model.epsilon);
  const chances = linear(x, tensors["embeddings.word_embeddings.weight"], tensors[`${head}.bias`]);
  softmax(chances);
  const order = [...chances.keys()].sort((a, b) => chances[b] - chances[a]).slice(0, k);
  return order.map((id) => [model.vocabulary[id], chances[id]]);
}

// ---------------------------------------------------------------- what the page asks for

const tasks = {
  load({ name, bytes }) {
    const { tensors, ids, vocabulary, ...about } = (models[name] = readModel(bytes));
    tasks.run({ name, text: "[MASK]" }); // once for nothing: browsers translate a loop well only after it has run
    return about;
  },

  tokens: ({ name, text }) => tokenize(text, models[name]),

  /** Everything about a text that the page shows. */
  run({ name, text }) {
    const model = models[name];
    const begun = performance.now();
    const { tokens, owner, left } = tokenize(text, model);
    const { sums, hidden, looked } = encode(model, tokens.map((piece) => model.ids.get(piece)));
    const last = hidden[model.layers];
    const masks = model.masked ? [...tokens.keys()].filter((t) => tokens[t] === "[MASK]") : [];
    const guesses = masks.map((t) => guess(model, last.subarray(t * model.width, (t + 1) * model.width)));
    return { tokens, owner, left, sums, hidden, looked, masks, guesses, ms: performance.now() - begun };
  },
};

onmessage = ({ data }) => {
  try {
    postMessage({ id: data.id, result: tasks[data.task](data) });
  } catch (reason) {
    postMessage({ id: data.id, error: reason.message });
  }
};
