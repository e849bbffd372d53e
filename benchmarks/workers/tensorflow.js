/* TensorFlow.js: its own gradients, optimiser and loss, in its usual loop. */

const BINARIES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];
const SIZE = 8; // pixels along a side

const NETWORKS = {
  mlp: (x, [w1, b1, w2, b2]) => x.matMul(w1).add(b1).relu().matMul(w2).add(b2),
  cnn: (x, [w1, b1, w2, b2]) => {
    const z = convolution(x.reshape([-1, SIZE, SIZE, 1]), w1).add(b1);
    return z.relu().maxPool(2, 2, "valid").reshape([x.shape[0], -1]).matMul(w2).add(b2);
  },
};

/** The wasm backend has no gradient of a convolution by its weights; there it is a product with the shifted images. */
function convolution(x, w) {
  if (tf.getBackend() !== "wasm") return tf.conv2d(x, w, 1, "same");
  const [n] = x.shape, padded = x.pad([[0, 0], [1, 1], [1, 1], [0, 0]]), places = [0, 1, 2].flatMap(i => [0, 1, 2].map(j => [i, j]));
  const patches = tf.concat(places.map(([i, j]) => padded.slice([0, i, j, 0], [n, SIZE, SIZE, 1])), 3);
  return patches.reshape([-1, 9]).matMul(w.reshape([9, -1])).reshape([n, SIZE, SIZE, -1]);
}

async function prepare({ network, backend, arrays, files, steps, batches, learning_rate }) {
  const binary = files.binary && address(bytes(files.binary), "application/wasm");
  if (binary) tf.wasm.setWasmPaths(Object.fromEntries(BINARIES.map(name => [name, binary])));
  if (!await tf.setBackend(backend)) throw new Error(`no ${backend} backend`);
  const tensor = name => tf.tensor(numbers(arrays[name]), arrays[name].shape, arrays[name].dtype);
  const x = tensor("x"), targets = tensor("targets"), starts = ["w1", "b1", "w2", "b2"].map(tensor);
  const rows = tensor("rows").unstack();
  return async () => {
    const params = starts.map(start => tf.variable(start)), optimizer = tf.train.sgd(learning_rate), losses = [];
    const loss = k => tf.losses.softmaxCrossEntropy(targets.gather(rows[k]), NETWORKS[network](x.gather(rows[k]), params));
    for (let k = 0; k < steps; k++) losses.push(tf.tidy(() => optimizer.minimize(() => loss(k), true, params)));
    const [last] = await tf.tidy(() => tf.stack(losses.slice(-batches)).mean()).data();
    tf.dispose([params, losses]);
    return last;
  };
}
