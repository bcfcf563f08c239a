// The audience: its two questions opened and closed, the code that leads phones there, and what was answered so far.

import { made } from "./controls.js";

const ANSWERS = ["A", "B", "C", "D"];
const MEANS = ["very satisfied", "satisfied", "no feeling", "not satisfied"];
const QUESTIONS = { music: "With the music", visuals: "With what is seen" };
const $ = (id) => document.getElementById(id);

export class Audience {
  /** `ask(on)` opens or closes it, `show(on)` puts its code on the wall. */
  constructor(ask, show) {
    this.open = this.shown = false;
    this.url = null;
    $("survey-open").onclick = () => ask(!this.open);
    $("survey-show").onclick = () => show(!this.shown);
    this.rows = {};
    $("survey-bars").replaceChildren(...Object.entries(QUESTIONS).map(([name, title]) => {
      this.rows[name] = ANSWERS.map(() => ({ bar: made("i"), count: made("dd", { class: "number" }) }));
      const list = this.rows[name].flatMap(({ bar, count }, k) => [
        made("dt", { title: MEANS[k] }, ANSWERS[k], made("span", { class: "unseen" }, ` ${MEANS[k]}`)),
        count,
        made("dd", { class: "votes", "aria-hidden": "true" }, bar),
      ]);
      return made("div", {}, made("h3", {}, title), made("dl", { class: "tally", id: `survey-${name}` }, ...list));
    }));
  }

  /** What the show tells of it; nothing where it has none. */
  show(told) {
    $("survey").hidden = !told;
    if (!told) return;
    this.open = told.open;
    this.shown = told.shown;
    $("survey-show").disabled = !told.open;
    $("survey-show").setAttribute("aria-pressed", `${told.shown}`);
    $("survey-open").setAttribute("aria-pressed", `${told.open}`);
    this.write($("survey-open"), told.open ? "Close" : "Ask the audience");
    const people = `${told.votes} ${told.votes === 1 ? "person has" : "people have"} answered`;
    this.write($("survey-words"), told.url ? `${people} at ${told.url}` : told.open ? "Opening …" : told.votes ? `${people}. It is closed.` : "Two questions by a QR code for phones in the same network. It is closed.");
    if (told.url !== this.url) {
      this.url = told.url;
      $("survey-code").replaceChildren(...(told.url ? [made("img", { src: `survey.svg?${encodeURIComponent(told.url)}`, alt: `QR code that leads phones to ${told.url}` })] : []));
    }
    $("survey-bars").hidden = $("survey-votes").hidden = !told.votes;
    for (const [name, cells] of Object.entries(this.rows)) {
      cells.forEach(({ bar, count }, k) => {
        const number = told[name][k], share = told.votes ? number / told.votes : 0;
        this.write(count, `${number} · ${Math.round(100 * share)} %`);
        bar.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
      });
    }
  }

  write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
}
