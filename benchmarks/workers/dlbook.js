/* A module of dlbook.live: the arrays are written into its memory, one call makes all steps. */

async function prepare({ arrays, files, places, steps, batches }) {
  const { memory, step_times } = (await WebAssembly.instantiate(bytes(files.module))).instance.exports;
  const size = shape => shape.reduce((a, b) => a * b, 1);
  const view = ({ offset, dtype, shape }) => new TYPES[dtype](memory.buffer, offset, size(shape));
  const write = wanted => places.filter(({ name }) => wanted(name)).forEach(at => view(at).set(starts[at.name]));
  const starts = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, numbers(array)]));
  const isState = name => name.startsWith("state"), total = places.find(({ name }) => name === "state.total");
  write(name => !isState(name));
  return () => {
    write(isState);
    step_times(steps);
    return view(total)[0] / batches;
  };
}
