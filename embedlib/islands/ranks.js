// Rank correlations and their bootstrap. A side is { human, numbers, ties, byHuman, byModel }: whole numbers, how equal
// ones are ranked (mean, min, order), and the places of the pairs that count in the order of each.

/** Write each pair's rank, where pair i stands `times[i]` times: for ranks by order, the mean of its copies. */
function rank(out, order, values, times, ties) {
  let below = 0;
  for (let start = 0, end; start < order.length; start = end) {
    let count = 0;
    for (end = start; end < order.length && values[order[end]] === values[order[start]]; end++) {
      const here = times[order[end]];
      if (ties === "order") out[order[end]] = below + count + (here + 1) / 2;
      count += here;
    }
    if (ties !== "order") for (let s = start; s < end; s++) out[order[s]] = ties === "mean" ? below + (count + 1) / 2 : below + 1;
    below += count;
  }
}

/** Spearman's correlation: Pearson's, of the ranks. */
function spearman({ numbers, human, ties, byHuman, byModel }, times, [a, b]) {
  rank(a, byHuman, human, times, ties);
  rank(b, byModel, numbers, times, ties);
  let n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  for (const i of byHuman) {
    const t = times[i];
    const copies = ties === "order" ? (t * (t * t - 1)) / 12 : 0; // copies that follow one another in both orders
    n += t; sa += t * a[i]; sb += t * b[i];
    aa += t * a[i] * a[i] + copies; bb += t * b[i] * b[i] + copies; ab += t * a[i] * b[i] + copies;
  }
  return (n * ab - sa * sb) / Math.sqrt((n * aa - sa * sa) * (n * bb - sb * sb));
}

/** Random whole numbers below n, always the same for a seed (mulberry32). */
function random(seed) {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** The ends of the middle 95 %, between the values as numpy's quantile. */
function ends(values) {
  const sorted = Float64Array.from(values).sort();
  return [0.025, 0.975].map((share) => {
    const at = share * (sorted.length - 1), low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
  });
}

const pause = () => new Promise((resolve) => { setTimeout(resolve); });

/** Intervals of both scores and of their gap, the same pairs drawn for both; a slice at a time, so that the page answers meanwhile. */
async function bootstrap(sides, n, { draws, seed }, current) {
  const drawn = [[], [], []];
  const below = random(seed);
  const times = new Uint16Array(n), space = [new Float64Array(n), new Float64Array(n)];
  for (let draw = 0, since = performance.now(); draw < draws; draw++) {
    times.fill(0);
    for (let i = 0; i < n; i++) times[below(n)]++;
    const [one, other] = sides.map((side) => spearman(side, times, space));
    [one, other, one - other].forEach((value, k) => drawn[k].push(value));
    if (performance.now() - since < 12) continue;
    await pause();
    if (!current()) return null;
    since = performance.now();
  }
  return drawn.map(ends);
}
