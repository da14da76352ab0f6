// Work in slices: nothing keeps the page from answering for longer than a few milliseconds.

const SLICE = 8;

/** Resolves in a task of its own, after what waits for the page was done. */
const breathe = (() => {
  if (globalThis.scheduler && scheduler.yield) return () => scheduler.yield();
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => waiting.shift()();
  return () => new Promise((resume) => {
    waiting.push(resume);
    port2.postMessage(0);
  });
})();

/** Thrown where newer work makes older pointless. */
class Outdated extends Error {}

/** Calls `step(from, to)` over 0..n in slices; `isCurrent` tells whether the result is still wanted. */
async function inSlices(n, step, isCurrent) {
  let stride = 512;
  for (let from = 0; from < n;) {
    const began = performance.now();
    while (from < n && performance.now() - began < SLICE) {
      const to = Math.min(n, from + stride);
      step(from, to);
      from = to;
    }
    if (from < n) await breathe();
    if (!isCurrent()) throw new Outdated();
  }
}

/** The positions 0..n sorted by `before(a, b)`, a stable merge in slices. */
async function sorted(n, before, isCurrent) {
  let [from, into] = [new Int32Array(n), new Int32Array(n)];
  for (let at = 0; at < n; at++) from[at] = at;
  for (let width = 1; width < n; width *= 2) {
    const runs = Math.ceil(n / (2 * width));
    if (width < 512) {
      await inSlices(runs, (first, last) => {
        for (let run = first; run < last; run++) mergeAll(from, into, run * 2 * width, width, before);
      }, isCurrent);
    } else {
      for (let run = 0; run < runs; run++) await mergeLong(from, into, run * 2 * width, width, before, isCurrent);
    }
    [from, into] = [into, from];
  }
  return from;
}

/** What two sorted runs beside each other are merged with: where each stands. */
function cursor(start, width, n) {
  const middle = Math.min(n, start + width);
  return { left: start, middle, right: middle, end: Math.min(n, start + 2 * width), out: start };
}

function merge(from, into, at, before, most) {
  let { left, right, out } = at;
  const { middle, end } = at;
  for (let steps = 0; steps < most && out < end; steps++) {
    const isRight = left >= middle || (right < end && before(from[right], from[left]));
    into[out++] = isRight ? from[right++] : from[left++];
  }
  at.left = left;
  at.right = right;
  at.out = out;
}

function mergeAll(from, into, start, width, before) {
  const at = cursor(start, width, from.length);
  merge(from, into, at, before, Infinity);
}

async function mergeLong(from, into, start, width, before, isCurrent) {
  const at = cursor(start, width, from.length);
  await inSlices(at.end - start, (first, last) => merge(from, into, at, before, last - first), isCurrent);
}
