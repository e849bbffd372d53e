/* In the worker of one figure: a module, its memory and the present run.  This file stands alone: it becomes a string
   in the page's script.  A run sends frames as they are computed, and stops when a newer one is asked for. */

const TYPES = { float32: Float32Array, int32: Int32Array, uint32: Uint32Array, bool: Int32Array };
const PATIENCE = 12; // milliseconds between two messages
const channel = new MessageChannel();
let module, spec, wanted;

const place = ([offset, type, shape]) =>
  new TYPES[type](module.memory.buffer, offset, shape.reduce((a, b) => a * b, 1));
const record = () => Object.fromEntries(Object.entries(spec.record).map(([name, array]) => [name, place(array).slice()]));
const turn = () => new Promise(resolve => { channel.port1.onmessage = resolve; channel.port2.postMessage(0); });

async function run({ id, settings, until }) {
  wanted = id;
  for (const [name, value] of Object.entries(settings)) place(spec.settings[name]).set([value].flat());
  const send = (frames, done) => postMessage({ id, frames, done });
  if (!spec.steps) return module.call(), send([record()], true);
  const { count, each } = spec.steps, last = Math.min(count, until);
  let frames = [], sent = -Infinity;
  module.init();
  for (let k = 0; ; k++) {
    module.draw();
    frames.push(record());
    if (k === last) return send(frames, true);
    if (performance.now() - sent > PATIENCE) {
      send(frames, false);
      frames = [];
      await turn();
      if (id !== wanted) return;
      sent = performance.now();
    }
    module.step_times(each);
  }
}

onmessage = async ({ data }) => {
  if (!data.bytes) return run(data);
  spec = data.spec;
  module = (await WebAssembly.instantiate(data.bytes)).instance.exports;
  postMessage({ ready: true });
};
