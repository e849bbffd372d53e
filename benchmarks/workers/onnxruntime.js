/* onnxruntime-web: the whole step as one graph, called in a loop; parameters go in and come out. */

async function prepare({ arrays, files, steps, batches }) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = bytes(files.binary);
  ort.env.wasm.wasmPaths = { mjs: address(bytes(files.glue), "text/javascript") };
  const session = await ort.InferenceSession.create(bytes(files.model), { executionProviders: ["wasm"] });
  const tensor = name => new ort.Tensor(arrays[name].dtype, numbers(arrays[name]), arrays[name].shape);
  const starts = Object.fromEntries(["w1", "b1", "w2", "b2"].map(name => [name, tensor(name)]));
  const { shape: [, batch] } = arrays.rows, order = numbers(arrays.rows);
  const rows = Array.from({ length: steps }, (_, k) => new ort.Tensor("int32", order.subarray(k * batch, (k + 1) * batch), [batch]));
  return async () => {
    let params = starts, total = 0;
    for (let k = 0; k < steps; k++) {
      const { loss, ...rest } = await session.run({ ...params, rows: rows[k] });
      params = { w1: rest.new_w1, b1: rest.new_b1, w2: rest.new_w2, b2: rest.new_b2 };
      if (k >= steps - batches) total += loss.data[0];
    }
    return total / batches;
  };
}
