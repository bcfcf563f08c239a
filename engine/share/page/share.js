// One clock for everything: the film, or the sound where there is no film. Map, score, captions and levels follow it.
"use strict";
const told = JSON.parse(document.getElementById("told").textContent);
const find = id => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const film = find("film"), sound = find("sound"), stage = find("stage"), playing = find("play"), seek = find("seek");
const followers = []; // told of every moment that is shown
let media = film ?? sound;
let language = told.languages[0];
let asked = null; // the moment that was asked for and is not yet there
let wanted = null;

const words = () => told.words[language];
const clock = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const now = () => Math.min(wanted ?? media.currentTime, told.seconds);

function go(seconds) {
  wanted = Math.max(0, Math.min(seconds, told.seconds - 0.05));
  if (asked === null) reach();
  show();
}

// A film cannot be asked for a hundred moments a second: the newest is asked for when the last one is there.
function reach() {
  asked = wanted;
  media.currentTime = asked;
}

function reached() {
  if (asked === null) return;
  const before = asked;
  asked = null;
  if (wanted !== null && Math.abs(wanted - before) > 0.03) reach();
  else wanted = null;
  show();
}

function play() {
  media.play().catch(problem => { if (problem.name === "NotSupportedError") lost(); });
}

function toggle() {
  if (media.paused) play();
  else media.pause();
}

function show() {
  const seconds = now();
  seek.value = seconds;
  seek.setAttribute("aria-valuetext", `${clock(seconds)} / ${clock(told.seconds)}`);
  find("time").textContent = clock(seconds);
  for (const follow of followers) follow(seconds);
}

let running = 0;
function run() {
  show();
  running = media.paused ? 0 : requestAnimationFrame(run);
}

function label() {
  const word = media.paused ? "play" : "pause";
  playing.dataset.word = word;
  playing.textContent = words()[word];
}

// The upright film on a phone that is held upright.
const upright = matchMedia("(max-width: 700px) and (orientation: portrait)");
function choose() {
  if (!film || media !== film) return;
  const name = upright.matches && told.films.vertical ? "vertical" : Object.keys(told.films)[0];
  const [width, height] = told.films[name];
  if (film.dataset.name === name) return;
  const seconds = now(), went = !film.paused;
  film.dataset.name = name;
  film.width = width;
  film.height = height;
  film.src = `${name}.mp4`;
  asked = wanted = null;
  if (seconds > 0) go(seconds);
  if (went) play();
}

// Without the film there is still the sound; without both the page says so.
function lost() {
  const trouble = find("trouble");
  trouble.hidden = false;
  trouble.dataset.word = media === film && sound ? "silent_film" : "no_sound";
  trouble.textContent = words()[trouble.dataset.word];
  if (media === film && sound) {
    const seconds = now();
    media = sound;
    asked = wanted = null;
    if (seconds > 0) go(seconds);
  }
}

function listen(one) {
  if (!one) return;
  const own = then => event => { if (one === media) then(event); };
  one.addEventListener("play", own(() => { label(); if (!running) run(); }));
  one.addEventListener("pause", own(label));
  one.addEventListener("seeked", own(reached));
  one.addEventListener("timeupdate", own(show));
  one.addEventListener("error", own(lost));
}
listen(film);
listen(sound);

// Captions.
const caption = find("caption"), captions = find("captions");
let captioned = captions?.getAttribute("aria-pressed") === "true";
if (captions) captions.addEventListener("click", () => { captioned = !captioned; captions.setAttribute("aria-pressed", captioned); show(); });
let shownCaption = null;
followers.push(seconds => {
  const found = captioned ? told.captions.findLast(one => one.from <= seconds && seconds < one.to) : undefined;
  const text = found?.texts[language];
  const key = text ? `${found.from} ${language}` : null;
  if (key === shownCaption) return;
  shownCaption = key;
  caption.hidden = !text;
  caption.firstElementChild.textContent = text?.[0] ?? "";
  caption.lang = text?.[1] ?? language;
  caption.dir = text?.[2] ?? "auto";
});

// The level as a stroke of ink, played up to now.
const ink = find("ink");
function stroke(seconds) {
  const [pen, width, height] = fitted(ink);
  const style = getComputedStyle(document.documentElement);
  const count = told.level.length, at = (seconds / told.seconds) * width;
  pen.clearRect(0, 0, width, height);
  for (const [from, to, colour] of [[0, at, "--accent"], [at, width, "--quiet"]]) {
    pen.fillStyle = style.getPropertyValue(colour);
    for (let x = Math.floor(from / 3) * 3; x < to; x += 3) {
      const tall = 1.5 + (told.level[Math.min(Math.floor((x / width) * count), count - 1)] / 100) * (height - 14);
      const left = Math.max(x, from), right = Math.min(x + 2, to);
      if (right > left) pen.fillRect(left, (height - tall) / 2, right - left, tall);
    }
  }
  pen.fillStyle = style.getPropertyValue("--ink");
  pen.fillRect(Math.min(at, width - 2), 2, 2, height - 4);
}
followers.push(stroke);

// A canvas as large as it is shown, in its own pixels; what is drawn is in those of the page.
function fitted(canvas) {
  const box = canvas.getBoundingClientRect(), fine = Math.min(devicePixelRatio || 1, 2);
  const width = Math.max(Math.round(box.width * fine), 1), height = Math.max(Math.round(box.height * fine), 1);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  pen.setTransform(fine, 0, 0, fine, 0, 0);
  return [pen, box.width, box.height];
}

// The score: the note that began last glows.
const glow = find("glow"), sheet = find("sheet");
let glowing = 0;
if (glow) followers.push(seconds => {
  const hundredths = seconds * 100 + 1;
  let note = 0;
  for (const [when, number] of told.notes) {
    if (when > hundredths) break;
    note = number;
  }
  if (note === glowing) return;
  glowing = note;
  const place = told.places[note - 1];
  glow.setAttribute("display", place ? "inline" : "none");
  if (!place) return;
  glow.setAttribute("transform", `translate(${place[0]} ${place[1]})`);
  glow.dataset.note = note;
  const scale = sheet.firstElementChild.clientWidth / told.sheet[0], x = place[0] * scale, y = place[1] * scale;
  const near = x > sheet.scrollLeft + 40 && x < sheet.scrollLeft + sheet.clientWidth - 40 && y > sheet.scrollTop + 40 && y < sheet.scrollTop + sheet.clientHeight - 40;
  if (!near) sheet.scrollTo({ left: x - sheet.clientWidth / 3, top: y - sheet.clientHeight / 3, behavior: calm.matches ? "auto" : "smooth" });
});

// Languages: the one in the address after #, so that a link can be sent.
function speak() {
  const tag = decodeURIComponent(location.hash.slice(1));
  if (tag && !told.languages.includes(tag) && document.documentElement.dataset.spoken) return; // a place on the page
  language = told.languages.includes(tag) ? tag : told.languages[0];
  const own = told.told[language], root = document.documentElement;
  root.lang = language;
  root.dir = own.direction;
  root.dataset.spoken = language;
  document.title = own.title.text;
  for (const link of document.querySelectorAll(".languages a")) {
    if (link.hreflang === language) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const one of document.querySelectorAll("[data-told]")) write(one, own[one.dataset.told]);
  find("story")?.replaceChildren(...own.text.map(part => write(document.createElement("p"), part)));
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = words()[one.dataset.word];
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", words()[one.dataset.label].replace("{title}", own.title.text));
  shownCaption = null;
  label();
  show();
}

function write(one, part) {
  one.textContent = part.text;
  one.lang = part.language;
  one.dir = part.direction;
  one.hidden = !part.text;
  return one;
}

// Keys: space plays, arrows seek, wherever nothing else wants them.
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const on = event.target.closest("button, a, input, canvas"), ours = on === seek || on?.id === "map";
  const steps = { ArrowRight: 5, ArrowLeft: -5, ...(ours ? { ArrowUp: 5, ArrowDown: -5, PageUp: 15, PageDown: -15 } : {}) };
  if (event.key === " " && (!on || ours)) toggle();
  else if (event.key in steps) go(now() + steps[event.key] / (event.shiftKey ? 5 : 1));
  else if (event.key === "Home" && ours) go(0);
  else if (event.key === "End" && ours) go(told.seconds);
  else return;
  event.preventDefault();
});

playing.addEventListener("click", toggle);
seek.addEventListener("input", () => go(Number(seek.value)));
stage?.addEventListener("click", toggle);
const whole = find("whole");
if (whole) {
  whole.hidden = !(stage.requestFullscreen || film.webkitEnterFullscreen);
  whole.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (stage.requestFullscreen) stage.requestFullscreen().catch(() => {});
    else film.webkitEnterFullscreen();
  });
}
