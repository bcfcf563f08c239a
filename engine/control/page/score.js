// Where the player is in the score, and what a hand may do about it. Nothing is shown where no score is followed.

const WORDS = { following: "following", waiting: "waiting", lost: "lost: running on", held: "held" };
const COLOURS = { following: "good", waiting: "off", lost: "bad", held: "warm" };

const $ = (id) => document.getElementById(id);
const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export class ScorePanel {
  /** `order(address, ...arguments)` asks the show. */
  constructor(order) {
    this.told = null;
    $("score-back").onclick = () => order("/score/nudge", -1);
    $("score-on").onclick = () => order("/score/nudge", 1);
    $("score-hold").onclick = () => order("/score/hold", $("score-hold").getAttribute("aria-pressed") !== "true");
    $("score-jump").onsubmit = (event) => {
      event.preventDefault();
      const bar = $("score-to").valueAsNumber;
      if (Number.isInteger(bar)) order("/score/jump", bar);
    };
  }

  /** What the show tells twice a second. */
  facts(told) {
    this.told = told;
    $("score").hidden = !told;
    if (!told) return;
    write($("score-title"), told.title);
    write($("score-bars"), `of ${told.last}`);
    write($("score-state"), WORDS[told.state]);
    $("score-state").dataset.state = COLOURS[told.state];
    $("score-to").min = told.first;
    $("score-to").max = told.last;
    const [cue, beats] = told.next ?? [];
    write($("score-next"), cue ? `${cue} in ${Math.round(beats)} beat${Math.round(beats) === 1 ? "" : "s"}` : "no cue ahead");
  }

  /** What the senses tell all the time. */
  live(now) {
    if (!this.told) return;
    write($("score-bar"), now["score.bar"].toFixed(0));
    write($("score-beat"), now["score.place"].toFixed(1));
    write($("score-tempo"), now["score.tempo"] ? now["score.tempo"].toFixed(0) : "–");
    const sure = Math.round(100 * now["score.certainty"]);
    write($("score-sure"), `${sure} %`);
    $("score-meter").value = sure;
  }

  /** Whether a hand holds the place. */
  hold(on) {
    $("score-hold").setAttribute("aria-pressed", `${Boolean(on)}`);
    write($("score-hold"), on ? "Held" : "Hold");
  }
}
