// Vectors on a map: the plane in which they differ most, turned like the frame before, and labels that do not cover each
// other. It stands in front of the module of each island that names this file.

const LABEL = 56; // pixels of a word on the map, and of its line
const LINE = 16;

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix, by Jacobi's rotations. */
function eigen(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off = Math.max(off, Math.abs(a[p][q]));
    if (off < 1e-14 * Math.max(...a.map((row, i) => Math.abs(row[i])))) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const angle = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let i = 0; i < n; i++) [a[i][p], a[i][q]] = [c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]];
        for (let i = 0; i < n; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
        for (const row of vectors) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
      }
    }
  }
  return { values: a.map((row, i) => row[i]), vectors };
}

/** The rows on the two directions in which they vary most (PCA), and the share of the variance these two hold. */
function principalPlane(rows) {
  const d = rows[0].length;
  const mean = Array.from({ length: d }, (_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  const centred = rows.map((row) => row.map((value, j) => value - mean[j]));
  const covariance = mean.map((_, i) => mean.map((_, j) => centred.reduce((sum, row) => sum + row[i] * row[j], 0)));
  const { values, vectors } = eigen(covariance);
  const [first, second] = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const onto = (row, k) => row.reduce((sum, value, j) => sum + value * vectors[j][k], 0);
  const total = values.reduce((a, b) => a + b, 0);
  return { points: centred.map((row) => [onto(row, first), onto(row, second)]), share: total > 0 ? (values[first] + values[second]) / total : 1 };
}

/**
 * Turn (or mirror and turn) points so that they lie as near as they can to those of the frame before (Procrustes):
 * which way round a principal component points means nothing, and the map would flip from frame to frame.
 */
function turnedLike(points, before) {
  if (!before) return points;
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  points.forEach(([x, y], i) => {
    const [p, q] = before[i];
    xx += x * p; xy += x * q; yx += y * p; yy += y * q;
  });
  const mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const angle = mirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => (mirrored ? [c * x + s * y, s * x - c * y] : [c * x - s * y, s * x + c * y]));
}

/** How far up or down the label of each dot has to move, so that it covers none that is placed already, as far as that goes. */
function shiftLabels(places, words, height) {
  const placed = [];
  const shifts = [];
  for (const word of [...places.keys()].sort((a, b) => places[a][1] - places[b][1])) {
    const [x, y] = places[word];
    const width = 10 + 7 * words[word].length;
    const free = (shift) => y + shift >= 0 && y + shift <= height - LINE
      && !placed.some(([left, top, wide]) => Math.abs(y + shift - top) < LINE - 4 && x < left + wide && left < x + width);
    let shift = 0;
    for (let far = 0; far < 3 * LINE; far += 3) {
      shift = free(far) ? far : -far;
      if (free(shift)) break;
    }
    shifts[word] = free(shift) ? shift : 0;
    placed.push([x, y + shifts[word], width]);
  }
  return shifts;
}

/**
 * Rows as places on a map of `[width, height]` pixels: `{ points, places, shifts, share }`; `points`, within −1 and 1,
 * are what the next map takes as `before`.
 */
function placeOnMap(rows, words, [width, height], before) {
  const { points, share } = principalPlane(rows);
  const turned = turnedLike(points, before);
  const radius = Math.max(...turned.flat().map(Math.abs)) || 1;
  const scaled = turned.map(([x, y]) => [x / radius, y / radius]);
  const [left, right, low, high] = [0, 1].flatMap((k) => [Math.min, Math.max].map((most) => most(...scaled.map((point) => point[k]))));
  const scale = Math.min((width - LABEL - 2 * LINE) / (right - left || 1), (height - 3 * LINE) / (high - low || 1));
  const places = scaled.map(([x, y]) => [
    (width - LABEL) / 2 + (x - (left + right) / 2) * scale, (height - LINE) / 2 - (y - (low + high) / 2) * scale,
  ]);
  return { points: scaled, places, shifts: shiftLabels(places, words, height), share };
}

/** Draw rows as words on a map, each with its class; it gives the next map's `before`, and the share of the variance. */
function drawMap(map, rows, words, classes, size, before) {
  const { points, places, shifts, share } = placeOnMap(rows, words, size, before);
  fill(map, places.length, () => make("span", {}, "·")).forEach((mark, word) => {
    const [x, y] = places[word];
    setText(mark, words[word]);
    mark.className = classes[word];
    mark.style.transform = `translate(${x.toFixed(1)}px, ${(y + shifts[word]).toFixed(1)}px)`;
    mark.style.setProperty("--dot", `${6 - shifts[word]}px`);
  });
  return { points, share };
}
