// The living map: the music's way among the stars, to be dragged on; and what a phone can sense and be felt by.
const map = find("map"), way = told.way;
const TRAIL = 20; // seconds in which the comet's trail fades
const HELD = 1.5; // seconds of silence over which the way is not drawn
const tilt = [0, 0];

if (map) {
  const count = way.time.length;
  const view = framed();
  const near = [...new Set(way.family)].map(which => [which, way.family.filter(one => one === which).length]);
  const named = near.sort((a, b) => b[1] - a[1]).slice(0, 5).map(([which]) => which);
  const places = new Map(named.map(which => [which, middle(which)]));

  function framed() {
    const low = [Math.min(...way.x), Math.min(...way.y)], high = [Math.max(...way.x), Math.max(...way.y)];
    const half = Math.min(Math.max(high[0] - low[0], high[1] - low[1], 820) * 0.66, 1090);
    const centre = [0, 1].map(k => Math.max(-1090 + half, Math.min((low[k] + high[k]) / 2, 1090 - half)));
    return { half, centre };
  }

  // Where a family's name stands: in the middle of those of its stars that can be seen.
  function middle(which) {
    const seen = told.stars.x.map((x, k) => [x, told.stars.y[k], told.stars.family[k]])
      .filter(([x, y, family]) => family === which && Math.abs(x - view.centre[0]) < view.half * 0.9 && Math.abs(y - view.centre[1]) < view.half * 0.9);
    if (seen.length < 4) return null;
    return [0, 1].map(k => seen.map(one => one[k]).sort((a, b) => a - b)[seen.length >> 1]);
  }

  const at = (x, y, width, depth) => [
    (0.5 + (x - view.centre[0]) / (2 * view.half)) * width + tilt[0] * depth * 14,
    (0.5 - (y - view.centre[1]) / (2 * view.half)) * width + tilt[1] * depth * 14,
  ];

  function index(seconds) {
    let low = 0, high = count;
    while (low < high) {
      const half = (low + high) >> 1;
      if (way.time[half] <= seconds * 100) low = half + 1;
      else high = half;
    }
    return Math.max(low - 1, 0);
  }

  // Where many sounds lie the sky is lighter: counted in a few large squares, and smoothed.
  const HAZE = 56;
  const haze = hazed();
  function hazed() {
    let field = new Float32Array(HAZE * HAZE);
    for (let k = 0; k < told.stars.x.length; k++) {
      const [x, y] = at(told.stars.x[k], told.stars.y[k], HAZE, 0).map(Math.floor);
      if (x >= 0 && y >= 0 && x < HAZE && y < HAZE) field[y * HAZE + x] += 1;
    }
    for (const step of [1, HAZE, 1, HAZE, 1, HAZE]) {
      const smooth = new Float32Array(field.length);
      for (let k = 0; k < field.length; k++) {
        const place = step === 1 ? k % HAZE : Math.floor(k / HAZE);
        for (let away = -3; away <= 3; away++) if (place + away >= 0 && place + away < HAZE) smooth[k] += field[k + away * step] / 7;
      }
      field = smooth;
    }
    const most = field.reduce((a, b) => Math.max(a, b), 1e-9);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = HAZE;
    const brush = canvas.getContext("2d"), pixels = brush.createImageData(HAZE, HAZE);
    field.forEach((value, k) => pixels.data.set([92, 116, 168, 78 * (1 - Math.exp((-2.5 * value) / most))], 4 * k));
    brush.putImageData(pixels, 0, 0);
    return canvas;
  }

  function draw(seconds) {
    const [pen, width] = fitted(map);
    pen.fillStyle = "#06080d";
    pen.fillRect(0, 0, width, width);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(haze, tilt[0] * 4, tilt[1] * 4, width, width);
    for (let k = 0; k < told.stars.x.length; k++) {
      const grain = ((k * 2654435761) >>> 0) / 4294967296, depth = k % 3;
      const [x, y] = at(told.stars.x[k], told.stars.y[k], width, 0.4 + depth * 0.5);
      const size = 0.7 + 1.5 * grain * grain;
      pen.fillStyle = `rgba(244, 235, 217, ${0.22 + 0.5 * grain})`;
      pen.fillRect(x - size / 2, y - size / 2, size, size);
    }
    const here = index(seconds);
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "rgba(159, 180, 217, .42)";
    pen.lineWidth = 1;
    pen.beginPath();
    for (let k = 0; k < count; k++) {
      const [x, y] = at(way.x[k], way.y[k], width, 1);
      if (k && way.time[k] - way.time[k - 1] < HELD * 100) pen.lineTo(x, y);
      else pen.moveTo(x, y);
    }
    pen.stroke();
    for (let k = here; k > 0 && seconds - way.time[k] / 100 < TRAIL; k--) {
      if (way.time[k] - way.time[k - 1] >= HELD * 100) continue;
      const left = 1 - (seconds - way.time[k] / 100) / TRAIL;
      pen.strokeStyle = `rgba(232, 190, 110, ${0.85 * left * left})`;
      pen.lineWidth = 1 + 3 * left * left;
      pen.beginPath();
      pen.moveTo(...at(way.x[k - 1], way.y[k - 1], width, 1));
      pen.lineTo(...at(way.x[k], way.y[k], width, 1));
      pen.stroke();
    }
    const [x, y] = at(...between(here, seconds), width, 1);
    pen.strokeStyle = "rgba(232, 190, 110, .85)";
    pen.lineWidth = 4;
    pen.beginPath();
    pen.moveTo(...at(way.x[here], way.y[here], width, 1));
    pen.lineTo(x, y);
    pen.stroke();
    names(pen, width);
    const glow = pen.createRadialGradient(x, y, 0, x, y, 26);
    glow.addColorStop(0, "rgba(255, 244, 214, 1)");
    glow.addColorStop(0.16, "rgba(255, 226, 160, .8)");
    glow.addColorStop(1, "rgba(232, 168, 80, 0)");
    pen.fillStyle = glow;
    pen.fillRect(x - 26, y - 26, 52, 52);
    map.setAttribute("aria-valuenow", seconds.toFixed(1));
    map.setAttribute("aria-valuetext", `${clock(seconds)}, ${family(way.family[here])}`);
  }

  const family = which => words().families[told.stars.families[which]] ?? told.stars.families[which] ?? "";

  function names(pen, width) {
    pen.font = `italic ${Math.max(13, width / 42)}px ${getComputedStyle(map).fontFamily}`;
    pen.textAlign = "center";
    pen.direction = document.documentElement.dir;
    pen.shadowColor = "#06080d";
    pen.shadowBlur = 6;
    pen.fillStyle = "rgba(233, 227, 200, .86)";
    for (const [which, place] of places) {
      if (!place) continue;
      const [x, y] = at(...place, width, 0.7), half = pen.measureText(family(which)).width / 2 + 8;
      pen.fillText(family(which), Math.max(half, Math.min(x, width - half)), Math.max(24, Math.min(y, width - 14)));
    }
    pen.shadowBlur = 0;
  }

  // Between two moments of the way, so that the comet glides.
  function between(here, seconds) {
    const next = Math.min(here + 1, count - 1), gap = way.time[next] - way.time[here];
    const share = gap > 0 && gap < HELD * 100 ? Math.max(0, Math.min((seconds * 100 - way.time[here]) / gap, 1)) : 0;
    return [way.x[here] + share * (way.x[next] - way.x[here]), way.y[here] + share * (way.y[next] - way.y[here])];
  }

  // The moment nearest to a finger; while it is dragged, of two that are as near the one that is nearer in time.
  function nearest(event, dragged) {
    const box = map.getBoundingClientRect();
    const seconds = now();
    let best = 0, least = Infinity;
    for (let k = 0; k < count; k++) {
      const [x, y] = at(way.x[k], way.y[k], box.width, 1);
      const apart = Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top));
      const cost = apart + (dragged ? Math.min(Math.abs(way.time[k] / 100 - seconds), 30) * 0.4 : 0);
      if (cost < least) [best, least] = [k, cost];
    }
    return way.time[best] / 100;
  }

  let held = null;
  map.addEventListener("pointerdown", event => {
    if (event.button) return;
    held = event.pointerId;
    try { map.setPointerCapture(held); } catch { held = event.pointerId; } // it may be up again
    go(nearest(event, false));
    play();
  });
  map.addEventListener("pointermove", event => {
    if (event.pointerId !== held) return;
    const seconds = nearest(event, true);
    if (Math.abs(seconds - now()) > 0.15) go(seconds);
  });
  for (const name of ["pointerup", "pointercancel"]) map.addEventListener(name, () => { held = null; });
  followers.push(draw);
}

// To look around by turning the phone: it counts from how it was held, and comes to rest there again slowly.
const turn = find("turn");
let rest = null;
function turned(event) {
  if (event.gamma === null || calm.matches) return;
  rest ??= [event.gamma, event.beta];
  const way = [event.gamma, event.beta].map((angle, k) => {
    rest[k] += (angle - rest[k]) * 0.01;
    return Math.max(-1, Math.min((angle - rest[k]) / 25, 1));
  });
  [tilt[0], tilt[1]] = way;
  if (film) film.style.transform = `scale(1.05) translate(${-2 * tilt[0]}%, ${-2 * tilt[1]}%)`;
  if (media.paused) show();
}

function still() {
  removeEventListener("deviceorientation", turned);
  turn?.setAttribute("aria-pressed", "false");
  rest = null;
  tilt.fill(0);
  if (film) film.style.transform = "";
  show();
}

if (turn) {
  const offer = () => { turn.hidden = calm.matches || !("DeviceOrientationEvent" in window) || !matchMedia("(any-pointer: coarse)").matches; };
  offer();
  calm.addEventListener("change", () => { offer(); if (calm.matches) still(); });
  turn.addEventListener("click", async () => {
    if (turn.getAttribute("aria-pressed") === "true") return still();
    const ask = window.DeviceOrientationEvent?.requestPermission; // phones that want to be asked
    if (ask && (await ask.call(window.DeviceOrientationEvent).catch(() => "denied")) !== "granted") return;
    turn.setAttribute("aria-pressed", "true");
    addEventListener("deviceorientation", turned);
  });
}

// The low octaves, to be felt: off until somebody wants it.
const feel = find("feel");
let felt = -1;
if (feel && typeof navigator.vibrate === "function" && matchMedia("(any-pointer: coarse)").matches) {
  feel.hidden = false;
  feel.addEventListener("click", () => {
    const on = feel.getAttribute("aria-pressed") !== "true";
    feel.setAttribute("aria-pressed", on);
    if (!on) navigator.vibrate(0);
  });
  followers.push(seconds => {
    const place = Math.floor(seconds / told.lowEvery);
    if (feel.getAttribute("aria-pressed") !== "true" || media.paused || place === felt) return;
    felt = place;
    const strength = told.low[place] ?? 0;
    if (strength > 30) navigator.vibrate(Math.round(told.lowEvery * 1000 * (0.15 + 0.0075 * strength)));
  });
}

for (const one of [film, sound]) one?.removeAttribute("controls");
addEventListener("hashchange", speak);
addEventListener("resize", show);
upright.addEventListener("change", choose);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
find("bar").hidden = false;
if (film && !film.canPlayType('video/mp4; codecs="avc1.640028, mp4a.40.2"')) lost();
choose();
speak();
