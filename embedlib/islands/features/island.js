// Filters and features. A filter slides over a photograph, computed here; what the network makes of photographs, and of
// moved ones, PyTorch has computed (measure.py) and is drawn here.

const SIDE = 64; // pixels of the grey photograph
const PLACES = SIDE - 2; // of the filter, which does not stick out. The network pads each layer with zeros instead (SAME).
const MARGIN = 32; // pixels that the photograph goes on beyond what the network sees of it
const MOST = 99;
const WEIGHTS = { trained: "trained on ImageNet", random: "random weights, never trained" };

const select = (name, label) => `<label>${label} <select data-role="${name}"></select></label>`;
const slider = (name, label) => `<label>${label} <input type="range" min="0" max="${MARGIN}" data-role="${name}"></label> <output data-role="${name}-number"></output>`;
const seen = (name) => `<figure><canvas width="224" height="224" role="img" data-role="seen-${name}"></canvas><figcaption data-role="${name}-name"></figcaption></figure>`;
const nine = (name, label) => `<table><caption>${label}</caption><tbody data-role="${name}">${"<tr><td></td><td></td><td></td></tr>".repeat(3)}</tbody></table>`;
const layerMaps = (name) => `<p class="i-title" data-role="${name}-title"></p><div class="ft-layer" data-role="${name}"></div>`;

const VIEW = `<div class="i-controls" aria-label="What to see"><button type="button" data-tab="filter">Slide a filter</button>
<button type="button" data-tab="maps">The network’s maps</button><button type="button" data-tab="moved">Move the picture</button></div>
<p class="i-controls">${select("photo", "Photograph")}</p>
<div data-panel="filter"><p class="i-controls">${select("filter", "Filter")}</p>
<div class="ft-pair"><div><div class="ft-grey" data-role="grey" role="application" tabindex="0"><canvas></canvas><i data-role="frame"></i></div>
<p>photograph, ${SIDE} × ${SIDE} pixels</p></div>
<div><div class="ft-map"><canvas data-role="map" role="img"></canvas><i data-role="spot"></i></div><p data-role="map-name"></p></div></div>
<div class="ft-nine">${nine("pixels", "pixels")}<span>×${nine("taps", "filter")}</span><span>=${nine("products", "products")}</span>
<span>→<b class="ft-sum"><span>their sum</span><output data-role="sum"></output></b></span></div>
<p class="i-key" data-role="key"><span>the sums</span></p>
<p class="i-line i-controls"><button type="button" data-role="all">Fill the map</button><button type="button" data-role="none">Empty the map</button></p>
<p class="i-small i-controls">Drag the frame over the photograph, or move it with the arrow keys (with Shift by eight pixels). Each of the filter’s nine numbers can be changed. The network’s own filters are of its first layer, summed over red, green and blue; there they go two pixels a step.</p></div>
<div data-panel="maps"><p class="i-line i-controls">${slider("layer", "Layer")}</p>
<div class="ft-both">${seen("maps")}<p data-role="layer-said"></p></div>
<div class="ft-maps">${layerMaps("trained")}<p class="i-key" data-role="trained-key"></p>${layerMaps("random")}<p class="i-key" data-role="random-key"></p></div></div>
<div data-panel="moved"><p class="i-line i-controls">${slider("shift", "Shift by")}</p>
<p class="i-models i-controls" data-role="moves"></p><p class="i-controls"><label class="i-tick"><input type="checkbox" data-role="weights"> Random weights</label></p>
<div class="ft-both">${seen("still")}${seen("moved")}<div class="ft-plot" data-role="plot"></div></div><p data-role="moved-said"></p>
${layerMaps("still")}${layerMaps("moved")}<p class="i-key" data-role="moved-key"></p>
<p class="i-small">These are eight of the last layer’s 1,280 maps of 7 × 7. All their numbers in a row are the flattened vector, 62,720 long; the means, one below each map, are the pooled vector, 1,280 long. The cosines are those of the whole vectors.</p></div>
<p class="i-status" data-role="status"></p><p class="i-note" data-role="note"></p>`;

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const plain = (text) => text.trim().replace(/[−–]/g, "-").replace(",", ".");
const short = (value, digits = 1) => signed(value, Math.abs(value - Math.round(value)) < 1e-9 ? 0 : digits);

/** A text such as −2, 0,5 or 1/9 as a number; NaN for what is none. */
function numberOf(text) {
  const [over, under = 1] = plain(text).split("/");
  return /^[+-]?(\d+(\/\d+)?|\d+\.\d*|\.\d+)$/.test(plain(text)) && Math.abs(over / under) <= MOST ? over / under : NaN;
}

/** The nine pixels under the frame, row by row. */
function pixelsAt(grey, place) {
  const corner = Math.floor(place / PLACES) * SIDE + (place % PLACES);
  return upTo(0, 8).map((i) => grey[corner + Math.floor(i / 3) * SIDE + (i % 3)]);
}

/** A number on its colour, in black or white, whichever is read more easily. */
function colourCell(cell, number, colour) {
  const [r, g, b] = colour.map((each) => ((each / 255 + 0.055) / 1.055) ** 2.4);
  Object.assign(cell.style, { background: `rgb(${colour.slice(0, 3)})`, color: 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff" });
  if (cell.firstElementChild) cell.dataset.number = number; // for paper, where its field is not printed
  else setText(cell, number);
}

/** Where in a map the number farthest from zero lies, in words. */
function whereIn(map, side) {
  const sizes = [...map].map(Math.abs);
  const at = sizes.indexOf(Math.max(...sizes));
  const [down, across] = [Math.floor(at / side), at % side].map((place) => Math.floor((3 * place) / side));
  return `${["top", "middle", "bottom"][down]} ${["left", "centre", "right"][across]}`;
}

function render({ model, el }) {
  const first = model.get("first"), show = model.get("show"), loads = model.get("loads");
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const views = { filter: filterView, maps: mapsView, moved: movedView };
  for (const name of Object.keys(views).filter((each) => !show.includes(each))) {
    for (const part of el.querySelectorAll(`[data-tab="${name}"], [data-panel="${name}"]`)) part.remove();
  }
  const choose = tabs(el, (name) => { choose(name); say(""); });
  el.querySelector("[role=tablist]").hidden = show.length === 1;
  choose(show[0]);

  let photos = first.photos, drawn = {};
  const data = atFirstUse({
    model, el, what: "maps",
    say(text) { say(text); if (text.includes("did not arrive")) put(model, drawn); },
    open: async (again) => JSON.parse(new TextDecoder().decode(await gunzip(await requestPart(model, "data", again)))),
  });

  /** Draw what `find` finds of the chosen photograph, now or when it has come; the model's `keys` say what that is. */
  function draw(view, keys, find, drawFound) {
    const photo = photos[model.get("photo")];
    const found = photo && find(photo);
    if (!found) return data.run((all) => { photos = all; draw(view, keys, find, drawFound); }, view);
    for (const key of ["photo", ...keys]) drawn[key] = model.get(key);
    role("photo").value = drawn.photo;
    return drawFound(found, photo);
  }

  const photo = role("photo");
  const handlers = Object.assign({}, ...show.map((name) => views[name]({ model, first, role, draw, announce, say })));
  const drawAll = () => new Set(Object.values(handlers)).forEach((handler) => handler());
  const end = follow(model, { ...handlers, photo: drawAll });
  photo.append(...first.names.map((name) => make("option", {}, name)));
  photo.addEventListener("change", () => put(model, { photo: photo.value }));
  setText(role("note"), `${loads ? `Another photograph or layer loads ${loads} of maps, once. ` : ""}Orange is negative, white zero, purple positive. Photographs: Stefan van der Walt (cat), Rachel Michetti (coffee), SpaceX (rocket), all free of rights.`);
  drawAll();
  return end;
}

function filterView({ model, first, role, draw, announce, say }) {
  const [grey, choice, map] = ["grey", "filter", "map"].map(role);
  const cells = (name) => [...role(name).querySelectorAll("td")];
  const inputs = cells("taps").map((cell, i) => {
    cell.append(make("input", { type: "text", class: "i-controls", autocomplete: "off", "aria-label": `filter, row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}` }));
    return cell.firstElementChild;
  });
  let at = 22 * PLACES + 19, pixels, taps, sums, limit;
  const here = () => [Math.floor(at / PLACES), at % PLACES];
  const visited = new Uint8Array(PLACES * PLACES).fill(1, 0, at + 1); // row by row to where the frame stands at the start

  function drawPlace() {
    const [down, across] = here();
    for (const [mark, size, side] of [["frame", 3, SIDE], ["spot", 1, PLACES]]) {
      const [left, top, width] = [across, down, size].map((each) => `${(100 * each) / side}%`);
      Object.assign(role(mark).style, { left, top, width, height: width });
    }
    const nine = pixelsAt(pixels, at), reach = Math.max(...taps.map(Math.abs)) || 1;
    cells("pixels").forEach((cell, i) => colourCell(cell, nine[i], [nine[i], nine[i], nine[i]]));
    cells("taps").forEach((cell, i) => colourCell(cell, short(taps[i], 2), colourOf(taps[i], reach)));
    cells("products").forEach((cell, i) => colourCell(cell, short(nine[i] * taps[i], Math.abs(nine[i] * taps[i]) < 100 ? 1 : 0), colourOf(nine[i] * taps[i], 255 * reach)));
    colourCell(role("sum"), short(sums[at]), colourOf(sums[at], limit));
    drawSquare(map, PLACES, (place) => visited[place] && colourOf(sums[place], limit));
    map.setAttribute("aria-label", `The map, filled at ${grouped(sum([...visited]))} of ${grouped(visited.length)} places`);
    grey.setAttribute("aria-label", `Photograph (${model.get("photo")}), frame at row ${down + 1}, column ${across + 1}; arrow keys move it`);
    return `Row ${down + 1}, column ${across + 1}: sum ${short(sums[at])}`;
  }

  function drawFilter() {
    draw("filter", ["filter"], (photo) => photo.grey, (text) => {
      const name = model.get("filter"), texts = (first.filters[name] || name).split(" ");
      choice.value = first.filters[name] ? name : "";
      setText(role("map-name"), `map, ${PLACES} × ${PLACES} sums: ${first.filters[name] ? name : "your own filter"}`);
      [pixels, taps] = [bytes(text), texts.map(numberOf)];
      inputs.forEach((input, i) => {
        if (numberOf(input.value) !== taps[i]) input.value = texts[i].replace("-", "−");
        input.removeAttribute("aria-invalid");
      });
      sums = [...visited.keys()].map((place) => sum(pixelsAt(pixels, place).map((pixel, i) => pixel * taps[i]))); // cross-correlation
      limit = farthest(sums) || 1;
      drawSquare(grey.firstElementChild, SIDE, (i) => [pixels[i], pixels[i], pixels[i], 255]);
      drawKey(role("key"), limit, limit < 10 ? 1 : 0, DIVERGING);
      drawPlace();
    });
  }

  /** Move the frame, and fill the map on its way. */
  function go(down, across) {
    const from = here();
    const to = [down, across].map((place) => Math.min(Math.max(Math.round(place), 0), PLACES - 1));
    const steps = Math.max(1, ...to.map((place, k) => Math.abs(place - from[k])));
    for (const step of upTo(1, steps)) {
      const [row, column] = from.map((place, k) => Math.round(place + ((to[k] - place) * step) / steps));
      at = row * PLACES + column;
      visited[at] = 1;
    }
    announce(drawPlace());
  }
  const point = ({ clientX, clientY }) => {
    const { left, top, width } = grey.getBoundingClientRect();
    go(((clientY - top) / width) * SIDE - 1.5, ((clientX - left) / width) * SIDE - 1.5);
  };
  grey.addEventListener("pointerdown", (event) => { grey.setPointerCapture(event.pointerId); point(event); });
  grey.addEventListener("pointermove", (event) => { if (grey.hasPointerCapture(event.pointerId)) point(event); });
  grey.addEventListener("keydown", (event) => {
    const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
    if (!down && !across) return;
    event.preventDefault();
    const far = event.shiftKey ? 8 : 1;
    go(here()[0] + far * down, here()[1] + far * across);
  });
  const fillAll = (value) => { visited.fill(value)[at] = 1; drawPlace(); };
  role("all").addEventListener("click", () => fillAll(1));
  role("none").addEventListener("click", () => fillAll(0));
  role("taps").addEventListener("input", () => {
    const wrong = inputs.filter((input) => Number.isNaN(numberOf(input.value)));
    inputs.forEach((input) => input.setAttribute("aria-invalid", String(wrong.includes(input))));
    const what = wrong[0]?.value.trim() ? `“${wrong[0].value.trim()}” is no number` : "A field is empty";
    say(wrong.length ? `${what}: write one from −${MOST} to ${MOST}, such as 2, −0.5 or 1/9. The map is still that of the filter before.` : "");
    if (!wrong.length) put(model, { filter: inputs.map((input) => plain(input.value)).join(" ") });
  });
  choice.append(...Object.keys(first.filters).map((name) => make("option", {}, name)), make("option", { value: "" }, "your own numbers"));
  choice.addEventListener("change", () => (choice.value ? put(model, { filter: choice.value }) : inputs[0].focus()));
  return { filter: drawFilter };
}

/** The photograph as the network sees it after a move, with the cells of its last maps where `grid` says so. */
function drawSeen(canvas, name, photo, move, grid) {
  const image = (photo.image ||= Object.assign(new Image(), { src: `data:image/jpeg;base64,${photo.jpeg}` }));
  const [kind, by] = move.split(" ");
  const side = kind === "zoomed" ? 224 / by : 224, edge = (288 - side) / 2;
  canvas.setAttribute("aria-label", `The photograph (${name}), ${named(move)}`);
  canvas.dataset.move = move;
  image.decode().then(() => {
    if (canvas.dataset.move !== move) return;
    const context = canvas.getContext("2d");
    context.setTransform(...(kind === "flipped" ? [-1, 0, 0, 1, 224, 0] : [1, 0, 0, 1, 0, 0]));
    context.drawImage(image, kind === "shifted" ? edge + Number(by) : edge, edge, side, side, 0, 0, 224, 224);
    context.fillStyle = "rgb(255 255 255 / 50%)";
    for (const line of grid ? upTo(1, 6) : []) {
      context.fillRect(32 * line, 0, 1, 224);
      context.fillRect(0, 32 * line, 224, 1);
    }
  });
}
const named = (move) => move.replace("shifted 0", "as it was").replace(/^shifted (\d+)/, "shifted by $1 pixels").replace(/^zoomed (.+)/, "zoomed $1 ×");

/** A map a channel, with the channel's number or its mean below it. */
function drawMaps(row, channels, maps, side, caption) {
  fill(row, channels.length, () => make("figure", {}, make("canvas", { role: "img" }), make("figcaption"))).forEach((figure, i) => {
    const map = maps.subarray(i * side * side, (i + 1) * side * side);
    drawSquare(figure.firstElementChild, side, (j) => colourOf(map[j], 127));
    figure.firstElementChild.setAttribute("aria-label", `channel ${channels[i]}, farthest from zero at the ${whereIn(map, side)}`);
    caption(figure.lastElementChild, i);
  });
}

function mapsView({ model, first, role, draw }) {
  const range = role("layer");
  range.max = first.layers.length - 1;
  range.addEventListener("input", () => put(model, { layer: Number(range.value) }));
  function drawLayer() {
    const layer = model.get("layer"), name = first.layers[layer];
    draw("maps", ["layer"], (photo) => photo.layers?.trained[layer] && photo.layers, (layers, photo) => {
      const { size, side } = layers.trained[layer];
      range.value = layer;
      setText(role("layer-number"), `${name}, ${size.map(grouped).join(" × ")}`);
      drawSeen(role("seen-maps"), model.get("photo"), photo, "shifted 0");
      for (const [weights, title] of Object.entries(WEIGHTS)) {
        const each = layers[weights][layer];
        setText(role(`${weights}-title`), `${name}, ${title}`);
        drawMaps(role(weights), each.channels, new Int8Array(bytes(each.maps).buffer), side, (el, i) => setText(el, `channel ${each.channels[i]}`));
        drawKey(role(`${weights}-key`), each.limit, 1, DIVERGING);
      }
      setText(role("layer-said"), `The layer ${name} gives ${grouped(size[2])} maps of ${size[0]} × ${size[1]} numbers. Shown are, for each network, the eight that vary most over the photograph, the one that varies most first${side < size[0] ? ", drawn at half their size" : ""}.`);
    });
  }
  return { layer: drawLayer };
}

function movedView({ model, first: { moves, strangers }, role, draw, announce }) {
  const [range, random] = ["shift", "weights"].map(role);
  const buttons = [moves[0], ...moves.slice(MARGIN + 1)].map((move) => {
    const button = make("button", { type: "button" }, named(move));
    button.addEventListener("click", () => put(model, { move }));
    return button;
  });
  role("moves").append(...buttons);
  range.addEventListener("input", () => put(model, { move: moves[range.value] }));
  random.addEventListener("change", () => put(model, { random: random.checked }));

  function drawMove() {
    const move = model.get("move"), at = moves.indexOf(move), weights = model.get("random") ? "random" : "trained";
    draw("moved", ["move", "random"], (photo) => photo.moved?.[weights], (moved, photo) => {
      const maps = new Int8Array(bytes(moved.maps).buffer), most = farthest(moved.means), title = named(move);
      range.value = at <= MARGIN ? at : 0;
      random.checked = model.get("random");
      setText(role("shift-number"), at <= MARGIN ? `${at} pixels to the left` : named(move));
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.textContent === title)));
      for (const [name, state] of [["still", 0], ["moved", at]]) {
        drawSeen(role(`seen-${name}`), model.get("photo"), photo, moves[state], true);
        setText(role(`${name}-name`), named(moves[state]));
        setText(role(`${name}-title`), `Maps and means, ${named(moves[state])}: ${WEIGHTS[weights]}`);
        drawMaps(role(name), moved.channels, maps.subarray(state * 8 * 49), 7, (el, i) => colourCell(el, signed(moved.means[state][i]), colourOf(moved.means[state][i], most)));
      }
      drawKey(role("moved-key"), moved.limit, 1, DIVERGING);
      role("plot").innerHTML = plotOf(moved, strangers[weights], at, moves);
      const both = ({ mean, flatten }) => `${signed(mean)} by the means, ${signed(flatten)} by the flattened maps`;
      const now = `${title[0].toUpperCase()}${title.slice(1)}: cosine ${both({ mean: moved.mean[at], flatten: moved.flatten[at] })}`;
      setText(role("moved-said"), `${now}. Two different photographs, in the mean over the pairs of these three: ${both(strangers[weights])}.`);
      if (range.closest("[data-panel]").contains(document.activeElement)) announce(now);
    });
  }
  return { move: drawMove, random: drawMove };
}

/** Both cosines over the shift, and at the other moves; strangers' as dotted lines; the present move is marked. */
function plotOf(moved, strange, now, moves) {
  const x = (i) => (i <= MARGIN ? 30 + 6.6 * i : 275 + 42 * (i - MARGIN - 1));
  const y = (cosine) => 150 - 140 * Math.max(cosine, 0);
  const text = (left, top, words, anchor = "middle") => `<text x="${left}" y="${top}" text-anchor="${anchor}">${words}</text>`;
  const series = ["mean", "flatten"].map((name) => {
    const at = (i) => `${x(i).toFixed(1)},${y(moved[name][i]).toFixed(1)}`;
    const dots = [...moves.keys()].slice(MARGIN + 1).concat(now).map((i) => `<circle cx="${x(i)}" cy="${y(moved[name][i])}" r="${i === now ? 5 : 3}"/>`);
    return `<g class="ft-${name}"><polyline points="${upTo(0, MARGIN).map(at).join(" ")}"/><path d="M30 ${y(strange[name])}H365"/>${dots.join("")}</g>`;
  });
  const ticks = [...[0, 8, 16, 24, 32].map((i) => text(x(i), 166, i)), ...moves.slice(MARGIN + 1).map((move, i) => text(x(MARGIN + 1 + i), 166, move === "flipped" ? "flip" : `${move.slice(7)} ×`))];
  return `<svg viewBox="0 0 375 186" role="img" aria-label="The cosine to the photograph as it was, for each move"><path d="M30 10V150H365M${x(now)} 10V150"/>
${[0, 0.5, 1].map((tick) => text(24, y(tick) + 4, tick, "end")).join("")}${ticks.join("")}${text(136, 182, "shift in pixels")}${text(338, 182, "zoom")}${series.join("")}</svg>
<p class="i-small">Cosine to the photograph as it was, by the <b class="ft-mean">means</b> and by the <b class="ft-flatten">flattened maps</b>; dotted: two different photographs.</p>`;
}

export default { render };
