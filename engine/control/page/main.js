// The page of the person at the desk: what the show tells is shown, what is touched is asked for.

import { Connection } from "./connection.js";
import { InputControl, fill, holdButton, made } from "./controls.js";
import { Meters, SoundMap, drawSpectrum } from "./pictures.js";
import { ScorePanel } from "./score.js";
import { Audience } from "./survey.js";

const ROOT = "/monochord";
const NOTES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const $ = (id) => document.getElementById(id);

let hello = null, table = null, meters = null, map = null, band = null, tick = 0, logged = -1, coming = "", toastTimer = 0;
let controls = new Map();
const values = {}, news = new Set(), due = new Set();
let marked = "", held = [], newest = null, known = null, everything = null;
let beats = -1, onsets = -1, beatGlow = 0, hitGlow = 0, touchedBrightness = -1000, touchedLights = -1000, cueAt = -1, receivers = "";

const connection = new Connection(hear, lineIs);
const order = (address, ...args) => connection.order(ROOT + address, ...args).catch(wrong);
const audience = new Audience((on) => order("/survey/open", on), (on) => order("/survey/show", on));

const score = new ScorePanel(order);

function wrong(error) {
  line(null, error.message, true);
  $("toast").textContent = error.message;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").textContent = ""; }, 6000);
}

// The line to the show.

function lineIs(state) {
  const open = state === "open";
  $("main").inert = $("thumbs").inert = !open;
  $("lamp-link").dataset.state = open ? "good" : "bad";
  if (!open) for (const lamp of ["lamp-ears", "lamp-stage"]) $(lamp).dataset.state = "off";
  document.querySelector(".mark").dataset.live = open ? "1" : "0";
  $("lost").hidden = open;
  $("lost").textContent = state === "shut out"
    ? "This page may not see the show: open it by the QR code or the address that the show has printed."
    : "The line to the show is lost. The show itself may well be going on. Trying again …";
}

function hear(message) {
  if (message.hello) greet(message.hello);
  if (message.table) scene(message.table);
  if (message.log) for (const [number, at, text] of message.log) if (number > logged) { logged = number; line(at, text); }
  if (message.values) {
    Object.assign(values, message.values);
    held = message.held;
    for (const address of Object.keys(message.values)) news.add(address);
    soon("values");
  }
  if (message.live) {
    newest = message;
    soon("live");
  }
  if (message.facts) { known = message.facts; soon("facts"); }
  if (message.all) { everything = message.all; soon("all"); }
}

/** Draw once a frame of the browser, however much has come. */
function soon(what) {
  if (!due.size) requestAnimationFrame(draw);
  due.add(what);
}

function draw() {
  const now = new Set(due);
  due.clear();
  if (!hello) return;
  if (now.has("values")) present();
  if (now.has("live")) live(newest);
  if (now.has("facts")) facts(known);
  if (now.has("all")) every(everything);
}

/** Words are written only where they are others: the browser need not lay out again what stands. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function greet(told) {
  hello = told;
  logged = -1;
  $("log").replaceChildren();
  meters = new Meters($("meters"), told.musicians);
  map ??= new SoundMap($("map"));
  $("palette").replaceChildren(made("option", { value: "" }, "each scene its own"), ...Object.keys(told.palettes).map((name) => made("option", { value: name }, name)));
  $("cue-list").replaceChildren(...told.cues.map((title, k) => {
    const button = made("button", { type: "button" }, made("span", { class: "number" }, `${k + 1}`), title);
    button.onclick = () => order("/cue/select", k + 1);
    return made("li", {}, button);
  }));
  for (const id of ["cue-go", "cue-go-2", "cue-back"]) $(id).disabled = !told.cues.length;
  sceneCards();
  $("signals").replaceChildren(...told.signals.map(([name, unit, , , meaning]) => made("tr", {}, made("td", {}, name), made("td", {}), made("td", {}, unit), made("td", {}, meaning))));
  if ($("all-signals").open) connection.say({ all: true });
  phone(told.url);
}

function phone(url) {
  const local = /\/\/(127\.|localhost|\[::1\])/.test(url);
  $("phone-how").replaceChildren(...(local
    ? [made("p", {}, "The show is open to this machine alone. Started with --page 0.0.0.0:9110 it is open to phones in the same network, and prints a QR code that lets one in.")]
    : [made("img", { src: "qr.svg", alt: "QR code with the address of this page" }), made("p", {}, "Whoever has this code steers the show: show it to nobody else.")]));
}

// Scenes.

function sceneCards() {
  $("scene-list").replaceChildren(...hello.scenes.map((card) => {
    const picture = card.picture ? made("img", { src: card.picture, alt: "", loading: "lazy", width: "160", height: "90" }) : made("span", { class: "tile" });
    if (!card.picture) card.colors.forEach((color, k) => picture.style.setProperty(`--c${k}`, color));
    const button = made("button", { class: "go-to", type: "button", "data-scene": card.name, title: card.says }, picture, made("span", { class: "title" }, card.title));
    button.onclick = () => goTo(card.name);
    const parts = [button];
    if (card.presets.length) {
      const menu = made("select", { "aria-label": `Presets of ${card.title}` }, made("option", { value: "" }, `${card.presets.length} presets`), ...card.presets.map((name) => made("option", { value: name }, name)));
      menu.onchange = () => { if (menu.value) goTo(`${card.name}:${menu.value}`); };
      parts.push(menu);
    }
    return made("div", { class: "card" }, ...parts);
  }));
  marked = "";
  markScene();
}

function goTo(name) {
  coming = name;
  order("/scene/select", name).then(markScene);
}

function markScene() {
  const now = values[`${ROOT}/scene/select`]?.[0] ?? table?.scene ?? "";
  if (now === coming) coming = "";
  const base = now.replace(/:[\w-]+$/, ""), wanted = coming.replace(/:[\w-]+$/, "");
  const card = hello?.scenes.find((one) => one.name === base);
  const preset = now === base ? "" : ` · ${now.slice(base.length + 1)}`;
  write($("scene-title"), card ? card.title + preset : now || "Monochord");
  const heading = `${$("scene-title").textContent} · Monochord`;
  if (document.title !== heading) document.title = heading;
  const mark = `${now}|${coming}|${hello?.scenes.length}`;
  if (mark === marked) return;
  marked = mark;
  for (const button of document.querySelectorAll(".go-to")) {
    button.setAttribute("aria-current", button.dataset.scene === base ? "true" : "false");
    button.dataset.coming = coming && button.dataset.scene === wanted ? "1" : "0";
    const menu = button.parentElement.querySelector("select");
    if (menu && document.activeElement !== menu) menu.value = button.dataset.scene === base && preset ? now.slice(base.length + 1) : "";
  }
}

function scene(told) {
  const another = told.number !== table?.number;
  table = told;
  if (another) {
    controls = new Map(told.inputs.map((input) => [input.name, new InputControl(
      input,
      (args) => input.type === "event" ? connection.order(input.address).catch(wrong) : connection.slide(input.address, args, wrong),
      () => connection.order(`${input.address}/release`).catch(wrong),
    )]));
    $("inputs").replaceChildren(...[...controls.values()].map((one) => one.element));
    for (const input of told.inputs) if (values[input.address]) controls.get(input.name).show(values[input.address]);
  }
  $("presets").replaceChildren(...told.presets.map((name) => {
    const button = made("button", { class: "small", type: "button" }, name);
    button.onclick = () => order("/preset/recall", name);
    return button;
  }));
  markScene();
}

function present() {
  for (const input of table?.inputs ?? []) {
    const control = controls.get(input.name);
    if (news.has(input.address)) control.show(values[input.address]);
    control.hold(held.includes(input.name));
  }
  news.clear();
  $("release-all").disabled = !held.length;
  const at = (name) => values[ROOT + name]?.[0];
  const dark = Boolean(at("/master/blackout"));
  $("dark").hidden = !dark;
  $("muted").hidden = !at("/lights/muted");
  for (const id of ["blackout", "blackout-2"]) {
    $(id).setAttribute("aria-pressed", `${dark}`);
    write($(id).querySelector(".word"), dark ? "Light back" : "Blackout");
  }
  $("freeze").setAttribute("aria-pressed", `${Boolean(at("/master/freeze"))}`);
  write($("freeze"), at("/master/freeze") ? "Frozen" : "Freeze");
  if (performance.now() - touchedBrightness > 500 && at("/master/brightness") !== undefined) brightness(at("/master/brightness"));
  lights(at);
  score.hold(at("/score/hold"));
  const palette = at("/master/palette") ?? "";
  if (document.activeElement !== $("palette")) $("palette").value = palette;
  const colors = hello.palettes[palette] ?? [];
  if ($("swatches").dataset.of !== palette) {
    $("swatches").dataset.of = palette;
    $("swatches").replaceChildren(...colors.map((color) => { const one = made("i"); one.style.setProperty("--c", color); return one; }));
  }
  const cue = at("/cue/select") ?? 0;
  if (cue !== cueAt) {
    cueAt = cue;
    $("cue-list").querySelectorAll("button").forEach((button, k) => button.setAttribute("aria-current", `${k + 1 === cue}`));
  }
  const tempo = at("/tempo") ?? 0;
  $("tap-release").disabled = !tempo;
  write($("tap-release"), tempo ? `Hand off ${tempo.toFixed(0)}` : "Senses lead");
  $("tap-release").setAttribute("aria-label", "Give beat and tempo back to the senses");
  markScene();
}

/** Lights by hand, where the show has any; and how late whoever is told by OSC is told. */
function lights(at) {
  const level = at("/lights/level");
  $("lights").hidden = level === undefined || !known?.lights.length;
  if ($("lights").hidden) return;
  $("lights-hand").hidden = !known.consoles;
  delays(known.lights, at);
  if (performance.now() - touchedLights > 500) lightsLevel(level);
  for (const name of ["manual", "full"]) $(`lights-${name}`).setAttribute("aria-pressed", `${Boolean(at(`/lights/${name}`))}`);
}

function delays(names, at) {
  if (receivers !== `${names}`) {
    receivers = `${names}`;
    $("delays").replaceChildren(...names.map((name, k) => {
      const field = made("input", { id: `delay-${k + 1}`, type: "number", min: "0", max: "2730", step: "any", inputmode: "decimal" });
      field.onchange = () => order(`/lights/delay/${k + 1}`, Number(field.value));
      const [, place, kind] = name.match(/^(.*):([^:]*)$/);
      return made("div", { class: "delay" }, made("label", { for: field.id }, kind, made("small", {}, place)), field, made("span", { class: "quiet" }, "ms late"));
    }));
  }
  names.forEach((_, k) => {
    const field = $(`delay-${k + 1}`), late = `${Math.round(at(`/lights/delay/${k + 1}`) ?? 0)}`;
    if (document.activeElement !== field && field.value !== late) field.value = late;
  });
}

function lightsLevel(value) {
  $("lights-level").value = value;
  write($("lights-value"), `${Math.round(100 * value)} %`);
  fill($("lights-level"));
}

function brightness(value) {
  $("brightness").value = value;
  $("brightness-value").textContent = `${Math.round(100 * value)} %`;
  fill($("brightness"));
}

// What is heard.

function live({ live: numbers, spectrum }) {
  const now = Object.fromEntries(hello.names.map((name, k) => [name, numbers[k]]));
  tick += 1;
  meters.show(now, tick);
  drawSpectrum($("spectrum"), atob(spectrum), band);
  map.show(now["place.x"], now["place.y"], now["place.confidence"]);
  beatGlow = now["rhythm.beats"] > beats && beats >= 0 ? 1 : beatGlow * 0.8;
  hitGlow = now["rhythm.onsets"] > onsets && onsets >= 0 ? 1 : hitGlow * 0.8;
  [beats, onsets] = [now["rhythm.beats"], now["rhythm.onsets"]];
  $("beat").style.opacity = Math.max(beatGlow, 0.12);
  $("hit").style.opacity = Math.max(hitGlow, 0.12);
  if (tick % 3) return;
  score.live(now);
  const voiced = now["pitch.hz"] > 0, cents = now["pitch.cents"], note = Math.round(cents / 100);
  const off = Math.round(cents - 100 * note);
  write($("note"), voiced ? `${NOTES[note % 12]}${Math.floor(note / 12) - 1} ${off < 0 ? "−" : "+"}${Math.abs(off)}` : "–");
  const tempo = now["rhythm.tempo"];
  write($("tempo"), tempo ? tempo.toFixed(0) : "–");
  $("tempo").classList.toggle("unsure", now["rhythm.confidence"] < 0.5);
  write($("onsets"), `${onsets}`);
  const sure = now["place.confidence"], family = hello.families[now["place.family"]] ?? "";
  write($("family"), sure > 0.05 ? family : "–");
  $("family").classList.toggle("unsure", sure < 0.5);
  write($("fractal"), now["texture.fractal"].toFixed(2));
  write($("intensity"), `${Math.round(100 * now["form.intensity"])} %`);
  if (tick % 6) return;
  write($("place-words"), now["sound.silence"] ? "silence" : `${family} · ${Math.round(100 * sure)} % sure · ${Math.round(100 * now["place.novelty"])} % new`);
}

function every(row) {
  let at = 0;
  hello.signals.forEach(([, , , , , size], k) => {
    const cell = $("signals").rows[k].cells[1];
    cell.textContent = row.slice(at, at + size).map((one) => Math.round(100 * one) / 100).join("  ");
    at += size;
  });
}

// Devices and troubles.

function facts(told) {
  score.facts(told.score);
  band = told.band;
  audience.show(told.survey);
  write($("position"), told.position + (told.paused ? " paused" : ""));
  write($("next-scene"), hello?.cues.length ? (hello.cues[cueAt] ?? "the last one is on") : title(told.next));
  $("lamp-ears").dataset.state = told.ears.fresh ? (told.ears.restarts || told.ears.overflows ? "warm" : "good") : "bad";
  const stage = told.stage;
  $("lamp-stage").dataset.state = !stage ? "off" : stage.rate > 0 ? (stage.restarts ? "warm" : "good") : "bad";
  const times = (count, word) => count ? ` · ${count} ${word}${count === 1 ? "" : "s"}` : "";
  const rows = [
    ["Ears", `${told.ears.name}${told.ears.fresh ? "" : " · nothing comes"}${times(told.ears.restarts, "restart")}${times(told.ears.overflows, "overflow")}`, !told.ears.fresh],
  ];
  if (stage) {
    rows.push(["Stage", `${stage.name} · ${stage.rate.toFixed(0)} pictures a second${times(stage.restarts, "restart")}`, !stage.rate]);
    rows.push(["Sound → picture", stage.p50 === undefined ? "–" : `${stage.p50.toFixed(0)} ms · 95 % within ${stage.p95.toFixed(0)} ms`]);
  }
  rows.push(["Sound-check", told.band ? `${told.band[0].toFixed(0)}–${told.band[1].toFixed(0)} Hz · room ${told.band[2].toFixed(0)} dB${times(told.band[3], "hum")}` : "not made (monochord soundcheck)"]);
  if (!told.lights.length) rows.push(["Lights and OSC", "nobody is told"]);
  rows.push(["OSC in", told.osc_in || "off"]);
  if (told.followers.length) rows.push(["Followers", told.followers.join(", ")]);
  if (told.take) rows.push(["Recording", told.take]);
  const list = $("facts");
  if (list.childElementCount !== 2 * rows.length) list.replaceChildren(...rows.flatMap(([name]) => [made("dt", {}, name), made("dd")]));
  rows.forEach(([, text, bad], k) => {
    const cell = list.children[2 * k + 1];
    list.children[2 * k].textContent = rows[k][0];
    if (cell.textContent !== text) cell.textContent = text;
    cell.classList.toggle("bad", Boolean(bad));
  });
}

const title = (name) => hello?.scenes.find((one) => one.name === name)?.title ?? name ?? "–";

function line(at, text, bad = false) {
  const clock = at === null ? new Date().toTimeString().slice(0, 8) : `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
  $("log").prepend(made("li", { class: bad ? "wrong" : "" }, made("time", {}, clock), made("span", {}, text)));
  while ($("log").childElementCount > 100) $("log").lastElementChild.remove();
}

// What is touched.

for (const id of ["blackout", "blackout-2"]) holdButton($(id), () => order("/master/blackout", $(id).getAttribute("aria-pressed") !== "true"));
$("freeze").onclick = () => order("/master/freeze", $("freeze").getAttribute("aria-pressed") !== "true");
$("brightness").oninput = () => {
  touchedBrightness = performance.now();
  const value = Number($("brightness").value);
  brightness(value);
  connection.slide(`${ROOT}/master/brightness`, [value], wrong);
};
$("lights-level").oninput = () => {
  touchedLights = performance.now();
  const value = Number($("lights-level").value);
  lightsLevel(value);
  connection.slide(`${ROOT}/lights/level`, [value], wrong);
};
$("take-over").onclick = () => order("/lights/muted", false);
for (const name of ["manual", "full"]) $(`lights-${name}`).onclick = () => order(`/lights/${name}`, $(`lights-${name}`).getAttribute("aria-pressed") !== "true");
$("palette").onchange = () => order("/master/palette", $("palette").value);
$("cue-go").onclick = $("cue-go-2").onclick = () => order("/cue/go");
$("cue-back").onclick = () => order("/cue/back");
for (const id of ["tap", "tap-2"]) {
  $(id).onpointerdown = (event) => { if (event.button === 0) order("/tap"); }; // a beat is when the finger falls
  $(id).onclick = (event) => { if (event.detail === 0) order("/tap"); };
}
$("tap-release").onclick = () => order("/tap/release");
$("release-all").onclick = () => order("/scene/release");
$("scene-next").onclick = () => order("/scene/next");
$("scene-previous").onclick = () => order("/scene/previous");
$("preset-form").onsubmit = (event) => {
  event.preventDefault();
  const name = $("preset-name").value.trim();
  if (name) order("/preset/store", name).then(() => { $("preset-name").value = ""; });
};
$("all-signals").ontoggle = () => connection.say({ all: $("all-signals").open });

lineIs("lost");
$("lost").textContent = "Looking for the show …";
connection.open();
