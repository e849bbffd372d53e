/* The page of a race, opened from disk: it starts the contender's worker from a blob URL, as the book's pages do. */

const { sources, task } = JSON.parse(document.querySelector("script").textContent);
const worker = new Worker(URL.createObjectURL(new Blob(sources, { type: "text/javascript" })));

const ask = message => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(data.answer);
  worker.onerror = event => reject(new Error(event.message));
  worker.postMessage(message);
});
