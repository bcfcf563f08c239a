// The line to the show: one websocket, that comes back by itself, and orders that each get an answer.

const SILENCE = 2500; // milliseconds without a word after which the line counts as lost
const FIRST_WAIT = 400, LONGEST_WAIT = 3000;

export class Connection {
  /** `hear` is given every message, `state` is called with "open", "lost" or "shut out". */
  constructor(hear, state) {
    this.hear = hear;
    this.state = state;
    this.number = 0;
    this.waiting = new Map();
    this.pending = new Map();
    this.wait = FIRST_WAIT;
    this.heard = 0;
    setInterval(() => this.#watch(), 500);
  }

  async open() {
    await this.#enter();
    this.#connect();
  }

  /** Ask the show for something; the promise is kept when it answers, broken with its words if it cannot. */
  order(address, ...args) {
    return new Promise((resolve, reject) => {
      if (this.socket?.readyState !== WebSocket.OPEN) return reject(new Error("there is no line to the show"));
      const n = ++this.number;
      this.waiting.set(n, { resolve, reject });
      this.socket.send(JSON.stringify({ n, do: address, args }));
    });
  }

  /** The same for what moves: at most 30 times a second for each address, and the last value always. */
  slide(address, args, failed) {
    const known = this.pending.get(address);
    if (known) { known.args = args; return; }
    this.order(address, ...args).catch(failed);
    const one = { args: null };
    this.pending.set(address, one);
    setTimeout(() => {
      this.pending.delete(address);
      if (one.args) this.slide(address, one.args, failed);
    }, 33);
  }

  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** The token in the address becomes a cookie, and leaves the address. */
  async #enter() {
    const token = location.hash.slice(1);
    if (!token) return;
    try {
      const answer = await fetch("/page/enter", { method: "POST", body: JSON.stringify({ token }) });
      if (answer.ok) history.replaceState(null, "", location.pathname);
    } catch { /* the server is away: the line will say so */ }
  }

  #connect() {
    const socket = new WebSocket(`ws://${location.host}/page/live`);
    this.socket = socket;
    let opened = false;
    this.heard = performance.now();
    socket.onopen = () => { opened = true; };
    socket.onmessage = (event) => {
      this.heard = performance.now();
      const message = JSON.parse(event.data);
      if (message.n !== undefined) this.#answered(message);
      else {
        if (message.hello) { this.wait = FIRST_WAIT; this.state("open"); }
        this.hear(message);
      }
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      for (const { reject } of this.waiting.values()) reject(new Error("the line was lost before it was done"));
      this.waiting.clear();
      this.#lost(opened);
    };
  }

  #answered({ n, error }) {
    const one = this.waiting.get(n);
    this.waiting.delete(n);
    if (error) one?.reject(new Error(error)); else one?.resolve();
  }

  async #lost(opened) {
    this.state("lost");
    if (!opened && await this.#shutOut()) this.state("shut out");
    setTimeout(() => this.#enter().then(() => this.#connect()), this.wait);
    this.wait = Math.min(this.wait * 1.6, LONGEST_WAIT);
  }

  async #shutOut() {
    try { return (await fetch("/page/qr.svg")).status === 401; } catch { return false; }
  }

  /** A server that has been switched off says nothing: silence is a loss, too. */
  #watch() {
    const { socket } = this;
    if (!socket || socket.readyState > WebSocket.OPEN || performance.now() - this.heard < SILENCE) return;
    this.heard = performance.now();
    socket.onclose = null;
    socket.close();
    for (const { reject } of this.waiting.values()) reject(new Error("the line was lost before it was done"));
    this.waiting.clear();
    this.#lost(true);
  }
}
