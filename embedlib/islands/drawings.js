// Drawings that islands share: words on a line. They stand in front of the module of each island that names this file.

const LETTER = 0.56; // how wide a letter of a label is thought to be, in em
const NARROW = 12; // and the line on the narrowest page
const italic = (word) => make("i", {}, word);

// ---------------------------------------------------------------- words on a line

/** How far a line reaches on both sides: to a round tenth beyond all that it shows. */
const reach = ({ half, places, band }) => (Math.floor(Math.max(half, ...band.map(Math.abs), ...places.map(Math.abs)) * 10 + 1e-9) + 1) / 10;

const byPlace = (places) => [...places.keys()].sort((i, j) => places[i] - places[j]);
const outside = ({ places, band: [low, high] }) => places.map((place) => place < low || place > high);

/**
 * How high above the line each label stands, so that none covers another or another's stem: a label runs to the right
 * of its stem, and from right to left each goes above all whose stem it would cover on the narrowest page.
 */
function lanes(labels, places, wide) {
  const order = byPlace(places);
  const height = labels.map(() => 0);
  const at = (i) => ((places[i] + wide) / (2 * wide)) * NARROW;
  for (let k = order.length - 1; k >= 0; k--) {
    const end = at(order[k]) + labels[order[k]].length * LETTER + 0.8;
    height[order[k]] = Math.max(-1, ...order.slice(k + 1).filter((j) => at(j) < end).map((j) => height[j])) + 1;
  }
  return height;
}

/** Words at their `places` on a line, two ends at ±`half`, and a grey `band` from one place to another. */
function drawLine(plot, labels, found) {
  const { half, places, band: [low, high] } = found;
  const wide = reach(found);
  const [height, out] = [lanes(labels, places, wide), outside(found)];
  const span = (name, place, more, ...children) =>
    make("span", { class: name, style: `left:${(((place + wide) / (2 * wide)) * 100).toFixed(2)}%;${more}` }, ...children);
  const spare = Math.max(0, ...labels.map((word, i) => word.length * LETTER + 0.8 - ((wide - places[i]) / (2 * wide)) * NARROW));
  plot.style.cssText = `--lanes:${Math.max(...height) + 1};margin-right:${spare.toFixed(2)}em`;
  plot.replaceChildren(
    span("line-band", low, `width:${(((high - low) / (2 * wide)) * 100).toFixed(2)}%`),
    ...byPlace(places).map((i) => span(out[i] ? "line-flag line-outside" : "line-flag", places[i], `--lane:${height[i]}`, italic(labels[i]))),
    span("line-end", -half, ""), span("line-end", half, ""),
    make("div", { class: "line-ticks" }, ...[-wide, 0, wide].map((tick) => span("", tick, "", signed(tick, 1)))),
  );
}
