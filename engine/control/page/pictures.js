// What is drawn: meters, the spectrum, and the map with the place of the sound.

import { made } from "./controls.js";

const LOWEST = -60; // dBFS at the left end of a meter
const TRAIL = 75; // places that are remembered: three seconds

const sizes = new WeakMap();
const watcher = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) sizes.set(target, contentRect);
});

/** A canvas with a pixel for each of the screen's; its size is told by the browser, never asked for in mid-frame. */
const sharp = (canvas) => {
  if (!sizes.has(canvas)) { sizes.set(canvas, { width: 0, height: 0 }); watcher.observe(canvas); }
  const ratio = Math.min(window.devicePixelRatio || 1, 2), size = sizes.get(canvas);
  const width = Math.max(Math.round(size.width * ratio), 1), height = Math.max(Math.round(size.height * ratio), 1);
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  return [canvas.getContext("2d"), width, height, ratio];
};

export class Meters {
  constructor(element, musicians) {
    this.rows = new Map();
    element.replaceChildren();
    const names = [["sound.level", "Level"], ["band.level", "Own band"], ...musicians.map((name) => [`${name}.sound.level`, name])];
    for (const [signal, label] of names) {
      const fill = made("i"), peak = made("b"), value = made("span", { class: "number" });
      element.append(made("div", { class: "meter" }, made("span", {}, label), made("div", { class: "bar", role: "img", "aria-label": `${label} meter` }, fill, peak), value));
      this.rows.set(signal, { fill, peak, value, high: LOWEST, words: 0 });
    }
  }

  show(now, tick) {
    for (const [signal, row] of this.rows) {
      const level = now[signal];
      row.high = Math.max(level, row.high - 0.6);
      const part = (db) => `${Math.min(Math.max(100 * (db - LOWEST) / -LOWEST, 0), 100).toFixed(1)}%`;
      row.fill.style.setProperty("--v", part(level));
      row.peak.style.setProperty("--p", part(row.high));
      if (tick % 5 === 0) row.value.textContent = level <= -119 ? "silent" : `${level.toFixed(1)} dB`;
    }
  }
}

export const drawSpectrum = (canvas, bytes, band) => {
  const [pen, width, height] = sharp(canvas);
  pen.clearRect(0, 0, width, height);
  const at = (hz) => width * Math.log2(hz / 27.5) / 9;
  if (band) {
    pen.fillStyle = "#1d2a27";
    pen.fillRect(at(band[0]), 0, at(band[1]) - at(band[0]), height);
  }
  pen.fillStyle = "#23282c";
  for (const hz of [55, 220, 880, 3520]) pen.fillRect(at(hz), 0, 1, height);
  pen.fillStyle = "#8fb4c9";
  const each = width / bytes.length;
  pen.beginPath();
  for (let k = 0; k < bytes.length; k += 1) {
    const tall = height * bytes.charCodeAt(k) / 255;
    pen.rect(k * each, height - tall, Math.max(each - 1, 1), tall);
  }
  pen.fill();
};

export class SoundMap {
  constructor(canvas) {
    this.canvas = canvas;
    this.trail = [];
    this.picture = new Image();
    this.picture.src = "map.png";
  }

  /** x and y as `place` has them, −1.1..1.1 on the picture; `sure` 0..1. */
  show(x, y, sure) {
    this.trail.push([x, y, sure]);
    if (this.trail.length > TRAIL) this.trail.shift();
    const [pen, width, height, ratio] = sharp(this.canvas);
    pen.imageSmoothingEnabled = true;
    if (this.picture.complete && this.picture.naturalWidth) pen.drawImage(this.picture, 0, 0, width, height);
    else pen.clearRect(0, 0, width, height);
    const at = ([px, py]) => [width * (px / 1.1 + 1) / 2, height * (1 - py / 1.1) / 2];
    for (let k = 1; k < this.trail.length; k += 1) {
      const age = k / this.trail.length;
      pen.strokeStyle = `rgba(227, 171, 76, ${(0.75 * age * Math.min(this.trail[k][2] * 2, 1)).toFixed(3)})`;
      pen.lineWidth = (1 + 2.5 * age) * ratio;
      pen.beginPath();
      pen.moveTo(...at(this.trail[k - 1]));
      pen.lineTo(...at(this.trail[k]));
      pen.stroke();
    }
    const [px, py] = at([x, y]);
    pen.fillStyle = `rgba(255, 214, 140, ${(0.25 + 0.75 * sure).toFixed(3)})`;
    pen.strokeStyle = "#0d0f11";
    pen.lineWidth = 2 * ratio;
    pen.beginPath();
    pen.arc(px, py, (5 + 3 * sure) * ratio, 0, 7);
    pen.fill();
    pen.stroke();
  }
}
