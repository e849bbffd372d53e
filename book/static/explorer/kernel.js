/* A source of records: the package's own function, compiled when the book was built (dlbook/explorers/compiled.py). */

const TOLERANCE = 1e-3; // how far the first numbers may be from JAX's, as a share of the entry's largest
const SMALL = 1e-3; // an entry with no number above this is compared as if it had one

class Kernel {
  static async open(live, controls) {
    const bytes = await inflate(live.wasm), kernel = new Kernel();
    if (!globalThis.WebAssembly?.validate(bytes)) throw new Error("this browser cannot run WebAssembly with SIMD instructions");
    Object.assign(kernel, { live, controls, size: bytes.length, id: 0 });
    const address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    kernel.worker = new Worker(address);
    await new Promise((resolve, reject) => {
      kernel.worker.onmessage = resolve;
      kernel.worker.onerror = event => reject(new Error(event.message));
      const { record, settings, steps } = live;
      kernel.worker.postMessage({ bytes, spec: { record, settings, steps } });
    });
    URL.revokeObjectURL(address);
    kernel.worker.onmessage = ({ data }) => kernel.take(data);
    return kernel;
  }

  /** Ask for the record at these positions; `arrived(record, known, done)` is told each time there is more of it. */
  ask(positions, arrived, until = Infinity) {
    const settings = Object.fromEntries(this.controls.map((control, i) => [control.name, argument(control, positions[i])]));
    this.next = { id: ++this.id, settings, until };
    this.arrived = arrived;
    if (!this.busy || this.live.steps) this.send();
  }

  /** A function cannot be stopped, so that of the moves made meanwhile only the last is computed. */
  send() {
    if (!this.next) return;
    const { steps, record } = this.live, count = steps ? steps.count + 1 : 1;
    this.record = Object.fromEntries(Object.entries(record).map(([name, [, , shape]]) =>
      [name, { shape: steps ? [count, ...shape] : shape, data: new Float64Array(count * product(shape)).fill(NaN) }]));
    this.known = 0, this.busy = true;
    this.worker.postMessage(this.next);
    this.next = null;
  }

  take({ id, frames, done }) {
    this.busy = !done;
    if (id !== this.id) return this.send();
    for (const frame of frames) {
      for (const name in frame) this.record[name].data.set(frame[name], this.known * frame[name].length);
      this.known += 1;
    }
    this.done = done;
    this.pending ||= requestAnimationFrame(() => {
      this.pending = null;
      if (this.known) this.arrived(this.record, this.known, this.done); // none yet of a record asked for meanwhile
    });
  }

  /** Run the start setting and return the largest difference between its first numbers and those of JAX. */
  async prove(positions) {
    const known = await new Promise(resolve => this.ask(positions, (_, known, done) => done && resolve(known), 2));
    const bytes = Uint8Array.from(atob(this.live.proof.values), letter => letter.charCodeAt(0));
    const values = new Float32Array(bytes.buffer);
    let at = 0, worst = 0;
    for (const [name, rows, every] of this.live.proof.entries) {
      const { shape, data } = this.record[name], moving = rows > 1 || this.live.steps;
      const n = moving ? product(shape.slice(1)) : product(shape), each = Math.ceil(n / every);
      const expected = values.subarray(at, at += rows * each);
      const scale = Math.max(SMALL, ...expected.filter(isFinite).map(Math.abs));
      expected.forEach((value, i) => {
        const row = Math.floor(i / each), got = Math.fround(data[row * n + (i - row * each) * every]);
        if (row < Math.max(known, 1) && !Object.is(got, value) && got !== value) worst = Math.max(worst, notNumber(Math.abs(got - value) / scale));
      });
    }
    if (worst > TOLERANCE) throw new Error(`its first numbers differ from the book's by ${written(worst, ".1e")}`);
    return worst;
  }

  sentence(positions, record, frame) {
    const word = ({ texts, kind }, at) => texts ? texts[at] : OWN_DATA[kind].words(at);
    const texts = Object.fromEntries(this.controls.map((control, i) => [control.name, word(control, positions[i])]));
    const number = (name, indices) => {
      const { shape, data } = record[name], own = this.live.steps ? shape.slice(1) : shape;
      const inner = indices.reduce((at, i, axis) => at * own[axis] + (i < 0 ? i + own[axis] : i), 0);
      return data[(this.live.steps ? frame.position * product(own) : 0) + inner];
    };
    return fill(this.live.sentence, texts, number);
  }
}

/** What the kernel receives for a position of a control. */
function argument(control, position) {
  if (!control.texts) return OWN_DATA[control.kind].argument(control, position);
  return control.values ? control.values[position] : position;
}

const notNumber = difference => Number.isNaN(difference) ? Infinity : difference;
