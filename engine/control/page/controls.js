// One control for each input of the scene, of the kind that the shader's header asks for.

const TOUCHED = 500; // milliseconds after a touch in which what comes from the show does not move the control

export const made = (tag, attributes = {}, ...children) => {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in one && typeof value !== "string") one[name] = value;
    else one.setAttribute(name, value);
  }
  one.append(...children);
  return one;
};

const shown = (value) => Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
const byte = (part) => Math.round(255 * Math.min(Math.max(part, 0), 1)).toString(16).padStart(2, "0");

/** The part of a slider that is filled. */
export const fill = (slider) => {
  const { min, max, value } = slider;
  slider.style.setProperty("--part", `${100 * (value - min) / (max - min || 1)}%`);
};

export class InputControl {
  /** `input` as the show tells it; `send(args)` overrides it, `release()` gives it back to the music. */
  constructor(input, send, release) {
    this.input = input;
    this.send = send;
    this.touched = -TOUCHED;
    const id = `input-${input.name}`;
    this.value = made("output", { class: "value number" });
    this.held = false;
    const by = input.movedBy ? `moved by ${input.movedBy}` : "stands still";
    this.releaser = made("button", { class: "release", type: "button", "aria-label": `Give ${input.label} back to the music` }, "release");
    this.releaser.onclick = () => release();
    const control = this[input.type]?.(id) ?? made("span", {}, "cannot be held here");
    const label = made("label", { class: "name", id: `${id}-name`, for: id }, input.label);
    this.element = made("div", { class: "input", "data-input": input.name, role: "group", "aria-labelledby": `${id}-name` },
      label, this.value, this.releaser, made("div", { class: "control" }, control), made("span", { class: "by" }, by));
    const { default: initial } = input;
    this.show(Array.isArray(initial) ? initial : [initial]);
  }

  touch(...args) {
    this.touched = performance.now();
    this.shown = "";
    this.word(args);
    this.send(args);
  }

  /** What the input holds now, as the show tells it. */
  show(args) {
    if (performance.now() - this.touched < TOUCHED || `${args}` === this.shown) return;
    this.shown = `${args}`;
    this.word(args);
    this.put?.(args);
  }

  word(args) {
    const { type, labels, values } = this.input;
    if (type === "float") this.value.textContent = shown(args[0]);
    else if (type === "point2D") this.value.textContent = args.map(shown).join(", ");
    else if (type === "bool") this.value.textContent = args[0] ? "on" : "off";
    else if (type === "long" && !values.length) this.value.textContent = args[0];
    else if (type === "color") this.value.textContent = args[3] < 1 ? `alpha ${shown(args[3])}` : "";
    else if (type === "long") this.value.textContent = labels.length ? "" : args[0];
  }

  hold(held) {
    if (held === this.held) return;
    this.held = held;
    this.element.dataset.held = held ? "1" : "0";
  }

  float(id) {
    const { min, max, default: initial } = this.input;
    const low = min ?? Math.min(0, initial), high = max ?? Math.max(1, 2 * initial);
    const slider = made("input", { id, type: "range", min: `${low}`, max: `${high}`, step: `${(high - low) / 500 || 0.01}` });
    slider.oninput = () => { fill(slider); this.touch(Number(slider.value)); };
    this.put = ([value]) => { slider.value = value; fill(slider); };
    return slider;
  }

  bool(id) {
    const button = made("button", { id, type: "button", class: "press", "aria-pressed": "false" });
    const put = (on) => { button.setAttribute("aria-pressed", on ? "true" : "false"); button.textContent = on ? "On" : "Off"; };
    button.onclick = () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      put(on);
      this.touch(on);
    };
    this.put = ([on]) => put(on);
    return button;
  }

  event(id) {
    const button = made("button", { id, type: "button", class: "press" }, "Fire");
    button.onclick = () => this.touch();
    return button;
  }

  long(id) {
    const { values, labels, min, max } = this.input;
    if (!values.length) {
      if (min === null || max === null) {
        const field = made("input", { id, type: "number", step: "1" });
        field.onchange = () => this.touch(Math.round(Number(field.value)));
        this.put = ([value]) => { if (document.activeElement !== field) field.value = value; };
        return field;
      }
      const slider = made("input", { id, type: "range", min: `${min}`, max: `${max}`, step: "1" });
      slider.oninput = () => { fill(slider); this.touch(Number(slider.value)); };
      this.put = ([value]) => { slider.value = value; fill(slider); };
      return slider;
    }
    const menu = made("select", { id }, ...values.map((value, k) => made("option", { value: `${value}` }, labels[k] ?? `${value}`)));
    menu.onchange = () => this.touch(Number(menu.value));
    this.put = ([value]) => { menu.value = `${value}`; };
    return menu;
  }

  color(id) {
    const well = made("input", { id, type: "color" });
    let alpha = 1;
    well.oninput = () => this.touch(...[1, 3, 5].map((k) => parseInt(well.value.slice(k, k + 2), 16) / 255), alpha);
    this.put = (parts) => {
      alpha = parts[3] ?? 1;
      const value = `#${parts.slice(0, 3).map(byte).join("")}`;
      if (well.value !== value) well.value = value;
    };
    return well;
  }

  point2D(id) {
    const { min, max } = this.input;
    const low = min ?? [0, 0], high = max ?? [1, 1];
    const pad = made("div", { id, class: "pad", tabindex: "0", role: "slider", "aria-label": `${this.input.label}: arrow keys move it`, "aria-valuemin": `${low[0]}`, "aria-valuemax": `${high[0]}` }, made("i"));
    let now = [...low];
    this.put = (point) => {
      now = [...point];
      point.forEach((value, k) => pad.style.setProperty(k ? "--y" : "--x", `${100 * (value - low[k]) / (high[k] - low[k] || 1)}%`));
      pad.setAttribute("aria-valuenow", `${point[0]}`);
      pad.setAttribute("aria-valuetext", `x ${shown(point[0])}, y ${shown(point[1])}`);
    };
    const move = (point) => {
      const inside = point.map((value, k) => Math.min(Math.max(value, low[k]), high[k]));
      this.put(inside);
      this.touch(...inside);
    };
    const drag = (event) => {
      const box = pad.getBoundingClientRect();
      const share = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
      move(share.map((part, k) => low[k] + part * (high[k] - low[k])));
    };
    pad.onpointerdown = (event) => { pad.setPointerCapture(event.pointerId); drag(event); };
    pad.onpointermove = (event) => { if (pad.hasPointerCapture(event.pointerId)) drag(event); };
    pad.onkeydown = (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      move(now.map((value, k) => value + step[k] * (high[k] - low[k]) / 40));
    };
    return pad;
  }
}

/** A button that must be held for 0.6 s, by pointer or key; by what only clicks (a screen reader), it is asked twice. */
export const holdButton = (button, done) => {
  const HOLD = 600, AGAIN = 3000;
  const word = button.querySelector("small");
  let timer = 0, armed = -Infinity, by = "";
  const begin = (what) => {
    if (timer) return;
    by = what;
    button.classList.add("holding");
    timer = setTimeout(() => { stop(); done(); }, HOLD);
  };
  const stop = () => { clearTimeout(timer); timer = 0; by = ""; button.classList.remove("holding"); };
  button.onpointerdown = (event) => { if (event.button === 0) { button.setPointerCapture(event.pointerId); begin("pointer"); } };
  button.onpointerup = button.onpointercancel = button.onlostpointercapture = () => { if (by === "pointer") stop(); };
  button.onkeydown = (event) => { if ((event.key === " " || event.key === "Enter")) { event.preventDefault(); begin("key"); } };
  button.onkeyup = button.onblur = () => { if (by === "key") stop(); };
  button.oncontextmenu = (event) => event.preventDefault();
  button.onclick = (event) => {
    if (event.detail !== 0 || event.pointerType) return; // a real pointer holds instead
    const now = performance.now();
    if (now - armed < AGAIN) { armed = -Infinity; done(); return; }
    armed = now;
    const said = word.textContent;
    word.textContent = "press again to be sure";
    setTimeout(() => { if (word.textContent === "press again to be sure") word.textContent = said; }, AGAIN);
  };
};
