// A press on any figure is heard: on one over time at that second, on a map at the nearest moment. A line runs along.
"use strict";
const sounds = [...document.querySelectorAll("audio")];
const JUMP = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
const spots = [];
const at = sounds.map(() => 0);
const marks = document.querySelectorAll(".plot[data-areas]");

const shown = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// Without its sound in the page a recording still has a place in time.
const length = number => Number(document.querySelectorAll("[data-seconds]")[number]?.dataset.seconds ?? 0);

function go(number, seconds, play) {
  const audio = sounds[number];
  at[number] = Math.max(0, seconds);
  if (audio) {
    at[number] = Math.min(at[number], length(number));
    audio.currentTime = at[number];
    if (play) start(number);
  }
  move();
}

function start(number) {
  sounds.forEach((other, place) => place !== number && other.pause());
  sounds[number]?.play().catch(() => {});
}

function move() {
  for (const { area, touch, mark, points } of spots) {
    const seconds = at[area.sound] ?? 0;
    touch.setAttribute("aria-valuenow", seconds.toFixed(1));
    touch.setAttribute("aria-valuetext", shown(seconds));
    if (points) {
      const [x, y] = near(points, seconds);
      mark.style.left = `${x * 100}%`;
      mark.style.top = `${y * 100}%`;
    } else {
      mark.style.left = `${((seconds - area.begin) / (area.end - area.begin)) * 100}%`;
    }
    mark.hidden = !points && (seconds < area.begin || seconds > area.end);
  }
}

function near(points, seconds) {
  let best = points[0];
  for (const point of points) if (Math.abs(point[2] - seconds) < Math.abs(best[2] - seconds)) best = point;
  return best;
}

function pressed(event, entries) {
  const box = entries[0].touch.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
  let [entry, seconds, least] = [entries[0], 0, Infinity];
  for (const one of entries) {
    if (!one.points) {
      seconds = one.area.begin + x * (one.area.end - one.area.begin);
      continue;
    }
    for (const point of one.points) {
      const apart = (point[0] - x) ** 2 + (point[1] - y) ** 2;
      if (apart < least) [entry, seconds, least] = [one, point[2], apart];
    }
  }
  go(entry.area.sound, seconds, true);
}

function typed(event, entry) {
  const number = entry.area.sound, audio = sounds[number];
  if (event.key in JUMP) go(number, at[number] + JUMP[event.key] * (event.shiftKey ? 5 : 1), false);
  else if (event.key === "Home") go(number, 0, false);
  else if (event.key === "End") go(number, entry.area.end, false);
  else if (event.key === " " || event.key === "Enter") audio?.paused ? start(number) : audio?.pause();
  else return;
  event.preventDefault();
}

for (const plot of marks) {
  const own = JSON.parse(plot.dataset.areas).map(area => {
    const touch = document.createElement("div"), mark = document.createElement("i");
    const [left, top, width, height] = area.box.map(share => `${share * 100}%`);
    Object.assign(touch.style, { left, top, width, height });
    touch.className = "touch";
    touch.tabIndex = 0;
    const name = document.getElementById(`name-${area.sound}`)?.textContent ?? "";
    const told = { role: "slider", "aria-label": `${plot.dataset.title}, ${name}`, "aria-valuemin": area.begin, "aria-valuemax": area.end };
    for (const [key, value] of Object.entries(told)) touch.setAttribute(key, value);
    mark.className = area.points ? "place" : "cursor";
    touch.append(mark);
    plot.append(touch);
    return { area, touch, mark, points: area.points };
  });
  spots.push(...own);
  for (const entry of own) {
    // Two recordings on one map lie on one another: whichever moment is nearest is heard.
    const together = own.filter(one => String(one.area.box) === String(entry.area.box));
    entry.touch.addEventListener("click", event => pressed(event, together));
    entry.touch.addEventListener("keydown", event => typed(event, entry));
  }
}

let running = 0;
function run() {
  sounds.forEach((audio, number) => { if (!audio.paused) at[number] = audio.currentTime; });
  move();
  running = sounds.some(audio => !audio.paused) ? requestAnimationFrame(run) : 0;
}
sounds.forEach((audio, number) => {
  audio.addEventListener("play", () => { sounds.forEach(other => other !== audio && other.pause()); if (!running) run(); });
  for (const name of ["seeked", "timeupdate"]) audio.addEventListener(name, () => { at[number] = audio.currentTime; move(); });
});
move();
