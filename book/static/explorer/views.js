/* Every view draws, returning what its legend shows, and lists its numbers; this file has what several need. */

const spaced = (n, [low, high]) => Array.from({ length: n }, (_, i) => low + (high - low) * i / Math.max(n - 1, 1));
const places = n => spaced(Math.min(n, 5), [0, n - 1]).map(Math.round);
const pairs = ({ data }) => Array.from({ length: data.length / 2 }, (_, i) => [data[2 * i], data[2 * i + 1]]);

function classes(axes, pen, points, labels, series, edge) {
  points.forEach(([x, y], i) => {
    const k = Math.round(labels ? labels[i] : 0);
    if (isFinite(x + y)) mark(pen.ctx, axes.x(x), axes.y(y), k, 3.6, series(k), edge);
  });
}

const KINDS = {}; // each file of views/ adds its own
