// The convention lab: two models on one benchmark. One convention is switched after another; both scores move, and where
// they stood before stays to be seen. Correlations and intervals are computed here.

const VIEW = `<div class="i-line i-controls"><label>Benchmark <select data-role="benchmark"></select></label>
<label><i class="cl-one" aria-hidden="true">●</i><select data-role="one" aria-label="First model"></select></label>
<label><i class="cl-other" aria-hidden="true">■</i><select data-role="other" aria-label="Second model"></select></label></div>
<p class="cl-goal" data-role="goal"></p>
<div class="cl-plot" data-role="rows"><div class="cl-gap" aria-hidden="true"></div>
<div class="cl-lane cl-one"></div><div class="cl-lane cl-other"></div>
<div class="cl-ticks" aria-hidden="true"></div></div>
<p class="cl-verdict"><b data-role="verdict"></b><br><span data-role="gap"></span></p>
<p class="i-status" data-role="status"></p>
<div class="i-controls" data-role="switches"></div>
<p class="i-small cl-printed" data-role="printed"></p>
<div class="i-models i-controls"><button type="button" data-role="usual">All as usual</button><button type="button" data-role="all"></button></div>
<p class="i-note" data-role="note"></p>`;

const MISSING = 1 << 15;
const [LEAST, MOST] = [-0.1, 1];
const place = (value) => `${((Math.min(Math.max(value, LEAST), MOST) - LEAST) / (MOST - LEAST)) * 100}%`;

/** All benchmarks: a line of JSON, then two bytes a number. */
async function unpack(bytes, models, switches) {
  const all = await gunzip(bytes);
  const end = all.indexOf(10);
  const numbers = new Uint16Array(all.slice(end + 1).buffer);
  let at = 0;
  const take = (count) => numbers.subarray(at, (at += count));
  return Object.fromEntries(JSON.parse(new TextDecoder().decode(all.subarray(0, end))).map((about) => {
    const held = { ...about, human: take(about.n), values: {} };
    for (const model of models) for (const measure of Object.keys(switches.measure)) for (const spelt of Object.keys(switches.case)) {
      held.values[[model, measure, spelt]] = take(about.n + 1); // the first is the number for zero
    }
    return [about.name, held];
  }));
}

/** For each of the two models its numbers, the pairs that count in their two orders, and how many it lacks. */
function sidesOf(held, state) {
  const counts = new Uint8Array(held.n).fill(1);
  if (state.repeats === "once") held.again.forEach((i) => { counts[i] = 0; });
  const rows = [state.one, state.other].map((model) => held.values[[model, state.measure, state.case]]);
  const known = rows.map((row) => Array.from(row.subarray(1), (value) => value < MISSING));
  return rows.map((row, k) => {
    const numbers = row.slice(1).map((value, i) => (known[k][i] || state.missing !== "zero" ? value % MISSING : row[0]));
    const left = { own: (i) => known[k][i], both: (i) => known[0][i] && known[1][i] }[state.missing] || (() => true);
    const used = upTo(0, held.n - 1).filter((i) => counts[i] && left(i));
    const sorted = (values) => Uint32Array.from(used, (i) => values[i] * 8192 + i).sort().map((key) => key % 8192);
    return { numbers, human: held.human, ties: state.ties, byHuman: sorted(held.human), byModel: sorted(numbers), lacks: known[k].filter((is) => !is).length };
  });
}

function scoresOf(held, state) {
  const sides = sidesOf(held, state);
  const once = new Uint16Array(held.n).fill(1), space = [new Float64Array(held.n), new Float64Array(held.n)];
  return { sides, scores: sides.map((side) => spearman(side, once, space)), pairs: sides.map((side) => side.byHuman.length) };
}

const three = (value) => signed(value, 3);
const between = (low, high) => `${three(low)} to ${three(high)}`;

function render({ model, el }) {
  const first = model.get("first");
  const { benchmarks, models } = first;
  const titles = Object.fromEntries(first.switches.map(([key, title]) => [key, title]));
  const switches = Object.fromEntries(first.switches.map(([key, , choices]) => [key, Object.fromEntries(choices)]));
  const role = build(el, VIEW);
  const { say, announce } = speaker(role);
  const loads = model.get("loads");
  const lanes = [...el.querySelectorAll(".cl-lane")];
  const keys = ["benchmark", "one", "other", ...Object.keys(switches)];
  const stateNow = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const usual = Object.fromEntries(Object.entries(switches).map(([key, choices]) => [key, Object.keys(choices)[0]]));
  const about = (state) => benchmarks.find(({ name }) => name === state.benchmark);
  /** A switch that can change nothing on this benchmark stays where it is. */
  const dead = (state) => ({ case: !about(state).capitals, repeats: !about(state).again.length });
  const leader = (scores) => (three(scores[0]) === three(scores[1]) ? -1 : Number(scores[1] > scores[0]));
  let shown = stateNow(), answer = first.answer, trail = [], turn = 0, behind;

  // ---- The picture: a lane a model, and where the dots stood before.
  lanes.forEach((lane) => lane.append(make("p", {}, make("b"), make("span"), make("span")), make("div", { class: "cl-track" }, make("span", { class: "cl-old" }), make("span", { class: "cl-interval" }), make("span", { class: "cl-dot" }))));
  el.querySelector(".cl-ticks").append(...[0, 0.2, 0.4, 0.6, 0.8, 1].map((tick) => make("span", { style: `left:${place(tick)}` }, tick.toFixed(1))));
  function draw(before) {
    const { scores, pairs, ends: intervals } = answer;
    const names = [shown.one, shown.other];
    lanes.forEach((lane, k) => {
      const [name, number, counted] = lane.firstElementChild.children;
      const [old, interval, dot] = lane.lastElementChild.children;
      setText(name, `${"●■"[k]} ${names[k]}`);
      setText(number, before && three(before[k]) !== three(scores[k]) ? `${three(before[k])} → ${three(scores[k])}` : three(scores[k]));
      setText(counted, `${intervals ? `${between(...intervals[k])}; ` : ""}${grouped(pairs[k])} of ${grouped(about(shown).n)} pairs`);
      dot.style.left = place(scores[k]);
      Object.assign(lane.dataset, { score: scores[k], low: intervals?.[k][0] ?? "", high: intervals?.[k][1] ?? "" });
      interval.hidden = !intervals;
      if (intervals) Object.assign(interval.style, { left: place(intervals[k][0]), right: `calc(100% - ${place(intervals[k][1])})` });
      const spots = [...new Set(trail.map((each) => three(each[k])))];
      fill(old, spots.length, () => make("i")).forEach((spot, i) => { spot.style.left = place(Number(spots[i].replace("−", "-"))); });
    });
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    Object.assign(el.querySelector(".cl-gap").style, { left: place(low), right: `calc(100% - ${place(high)})` });
    const ahead = leader(scores);
    Object.assign(role("gap").dataset, { low: intervals?.[2][0] ?? "", high: intervals?.[2][1] ?? "" });
    const gap = intervals && intervals[2].map((end) => (ahead === 1 ? -end : end)).sort((a, b) => a - b);
    setText(role("verdict"), ahead < 0 ? "Neither leads: the scores agree to three decimals." : `${names[ahead]} leads by ${three(high - low)}.`);
    setText(role("gap"), gap ? `95 % interval of the gap: ${between(...gap)}${gap[0] <= 0 && gap[1] >= 0 ? ". It holds 0: who is better stays open." : "."}` : "");
    const won = behind !== undefined && ahead === behind;
    if (behind !== undefined) setText(role("goal"), won ? `Done: ${names[behind]} leads. With all as usual ${names[1 - behind]} does.` : `Your goal: make ${names[behind]} lead. Only conventions may change.`);
    role("goal").classList.toggle("cl-won", won);
    const printed = Object.entries(switches).map(([key, choices]) => `${titles[key].toLowerCase()}: ${choices[shown[key]]}`).join("; ");
    setText(role("printed"), `Spearman's correlation with people on ${about(shown).title}. Conventions: ${printed}.`);
  }

  // ---- The switches.
  const named = islandId("switch");
  const inputs = {};
  for (const [key, choices] of Object.entries(switches)) {
    inputs[key] = Object.keys(choices).map((choice) => {
      const input = make("input", { type: "radio", name: `${named}-${key}`, value: choice });
      input.addEventListener("change", () => { choose({ [key]: choice }); });
      return input;
    });
    const id = `${named}-${key}`;
    role("switches").append(make("div", { class: "cl-switch", role: "radiogroup", "aria-labelledby": id }, make("p", { id }, make("b", {}, titles[key]), " ", make("span", { class: "i-small" })),
      make("div", {}, ...inputs[key].map((input) => make("label", {}, input, make("span", {}, choices[input.value]))))));
  }
  const fields = ["benchmark", "one", "other"].map((key) => {
    const field = role(key);
    const options = key === "benchmark" ? benchmarks.map(({ name, title }) => [name, title]) : models.map((each) => [each, each]);
    field.append(...options.map(([value, text]) => make("option", { value }, text)));
    field.addEventListener("change", () => choose({ [key]: field.value, ...(key === "benchmark" && usual) }));
    return [key, field];
  });

  /** Everything that is pressed shows what is the case, also where what was wished for did not come. */
  function sync() {
    const state = stateNow();
    for (const [key, field] of fields) field.value = state[key];
    for (const [key, other] of [["one", "other"], ["other", "one"]]) [...role(key).options].forEach((option) => { option.disabled = option.value === state[other]; });
    const { capitals, again } = about(state);
    const facts = { case: capitals ? `${capitals} pairs have a capital` : "no pair has a capital", repeats: again.length ? `${again.length} ${again.length === 1 ? "pair" : "pairs"}` : "there are none" };
    for (const [key, group] of Object.entries(inputs)) {
      group.forEach((input) => {
        input.checked = input.value === state[key];
        input.disabled = Boolean(dead(state)[key]);
      });
      setText(group[0].closest(".cl-switch").querySelector("p > span"), facts[key] || "");
    }
    setText(role("all"), `Show all ${combinations(state).length} settings`);
  }
  function choose(values) {
    use.run(() => put(model, values), "choose");
    use.begin().then(sync);
  }

  /** Every setting of the switches that can change something. */
  function combinations(state) {
    return Object.entries(switches).reduce((found, [key, choices]) => found.flatMap((each) =>
      (dead(state)[key] ? [usual[key]] : Object.keys(choices)).map((choice) => ({ ...each, [key]: choice }))), [state]);
  }

  const use = atFirstUse({ model, el, what: "ranks", say, open: async (again) => unpack(await requestPart(model, "data", again), models, switches) });

  // ---- What the last switch did, in words.
  function did(before, held, sides) {
    const names = [shown.one, shown.other];
    const keysChanged = Object.keys(switches).filter((key) => shown[key] !== before[key]);
    const lack = names.map((name, k) => `${grouped(sides[k].lacks)} that ${name} lacks`).join(", ");
    if (keysChanged.length !== 1) return "Several conventions changed at once.";
    const tied = (order, values) => order.filter((i, s) => s && values[i] === values[order[s - 1]]).length;
    const [key] = keysChanged;
    const said = {
      missing: {
        own: `Each model is spared the pairs with a word that it lacks (${lack}).`,
        both: `Only the ${grouped(sides[0].byHuman.length)} pairs that both models know count now.`,
        zero: `Pairs with a missing word now score 0, as if their words were strangers (${lack}).`,
        mean: `A missing word now gets the mean of all vectors (pairs: ${lack}).`,
      },
      case: { lower: `Names are looked up in lower case now; pairs still missing: ${lack}.`, exact: `Words are looked up as written, and of the ${about(shown).capitals} pairs with a capital no model knows one: pairs missing now: ${lack}.` },
      ties: {
        mean: "Equal numbers share the mean of their ranks again.",
        min: "Equal numbers now all get the lowest of their ranks",
        order: "Of equal numbers the one that stands first in the file now gets the lower rank",
      },
      measure: { cosine: "Cosines again: lengths no longer count.", dot: "Dot products: long vectors now count for more." },
      repeats: { twice: "Pairs that are listed twice count twice again.", once: "Of pairs that are listed twice, only the first entry counts now." },
    }[key][shown[key]];
    const ties = key === "ties" && shown.ties !== "mean" ? ` (equal to one before: ${grouped(tied(sides[0].byHuman, held.human))} scores by people, ${names.map((name, k) => `${grouped(tied(sides[k].byModel, sides[k].numbers))} by ${name}`).join(", ")}).` : "";
    return said + ties;
  }
  function moved(before) {
    const words = [shown.one, shown.other].map((name, k) => {
      const [from, to] = [before[k], answer.scores[k]].map(three);
      return from === to ? `${name} stays at ${to}` : `${name} ${answer.scores[k] > before[k] ? "rises" : "falls"} from ${from} to ${to}`;
    });
    return `${words.join("; ")}.`;
  }

  // ---- A new state: the scores at once, their intervals when they are there.
  async function update(held) {
    const state = stateNow();
    if (keys.every((key) => state[key] === shown[key])) return;
    const before = shown, was = answer.scores;
    const same = ["benchmark", "one", "other"].every((key) => state[key] === before[key]);
    trail = same ? [...trail, was] : [];
    shown = state;
    sync();
    const { sides, ...found } = scoresOf(held[state.benchmark], state);
    answer = found;
    setGoal(scoresOf(held[state.benchmark], { ...state, ...usual }).scores);
    draw(same && was);
    say(same ? `${did(before, held[state.benchmark], sides)} ${moved(was)}` : `${about(state).title}: ${[state.one, state.other].map((name, k) => `${name} lacks ${grouped(sides[k].lacks)} pairs`).join(", ")}. Switch a convention.`);
    const ticket = ++turn;
    const intervals = await bootstrap(sides, about(state).n, first, () => ticket === turn);
    if (!intervals) return;
    answer = { ...answer, ends: intervals };
    draw(same && was);
    announce(["status", "verdict", "gap"].map((name) => role(name).textContent).join(" "));
  }
  function setGoal(scores) {
    const ahead = leader(scores);
    behind = ahead < 0 ? undefined : 1 - ahead;
    if (ahead < 0) setText(role("goal"), "Under the usual conventions neither leads. Make one of them lead.");
  }

  role("usual").addEventListener("click", () => choose(usual));
  role("all").addEventListener("click", () => use.run((held) => {
    const settings = combinations(shown);
    const found = settings.map((state) => scoresOf(held[state.benchmark], state).scores);
    trail = found;
    draw();
    const names = [shown.one, shown.other];
    const range = names.map((name, k) => `${name} from ${three(Math.min(...found.map((each) => each[k])))} to ${three(Math.max(...found.map((each) => each[k])))}`);
    const wins = settings.filter((_, i) => leader(found[i]) === behind);
    const shared = Object.entries(switches).filter(([key]) => wins.length && !dead(shown)[key] && wins.every((state) => state[key] === wins[0][key])).map(([key, choices]) => `${titles[key].toLowerCase()}: ${choices[wins[0][key]]}`);
    const how = shared.length ? ` Common to ${wins.length === 1 ? "it" : "them"}: ${shared.join("; ")}.` : "";
    say(`The same vectors, all ${settings.length} settings: ${range.join(", ")}. ${behind === undefined ? "" : wins.length ? `${names[behind]} leads in ${wins.length} of them.${how}` : `${names[behind]} leads in none: no convention here makes it win.`}`);
  }, "all"));

  const changed = once(() => use.run(update, "update"));
  const end = follow(model, Object.fromEntries(keys.map((key) => [key, changed])));

  setGoal(first.usual);
  setText(role("note"), `The numbers are Spearman's correlations of the models with people; the bars are 95 % intervals over pairs (${grouped(first.draws)} resamples, the same pairs for both models). Pale marks are earlier settings. `
    + "Usual is what this book's evaluate_similarity does. Only ranks travel here: the words stay with the benchmarks.");
  sync();
  draw();
  say(`Press a switch and see what moves.${loads ? ` Doing so loads ${loads} of ranks, once.` : ""}`);
  return () => {
    turn++;
    end();
  };
}

export default { render };
