// The query: which files are shown, in which order and groups. It runs in slices; a newer one ends an older.

const query = { words: [], group: 'month', sort: 'date', isAscending: false, run: 0 };

/** What the last query came to: positions in order, groups over them, counts of every value. */
let result = { order: new Int32Array(0), groups: [], bytes: 0 };

const BY_VALUE = { __proto__: null,
  date: (at) => files.when[at],
  size: (at) => files.size[at],
  offset: (at) => dimensions.source.of[at] * 2 ** 53 + files.offset[at],
  grade: (at) => Object.keys(GRADES).indexOf(valueOf('grade', at)),
};

const SORTS = { date: 'Date', name: 'Name', size: 'Size', grade: 'How complete', offset: 'Position on the source' };

/** The order of all files, kept until the report grows or is sorted otherwise. */
const order = { of: '', positions: new Int32Array(0) };

/** A name by which IMG_2 comes before IMG_10. */
function sortKey(name) {
  return folded(name.slice(0, 200)).replace(/\d+/g, (digits) => digits.slice(0, 20).padStart(20, '0'));
}

async function allInOrder(isCurrent) {
  const { sort, isAscending } = query;
  const wanted = [sort, isAscending, files.length].join();
  if (order.of === wanted) return order.positions;
  const n = files.length;
  const before = sort === 'name' ? await byName(n, isAscending, isCurrent) : await byNumber(n, sort, isAscending, isCurrent);
  order.positions = await sorted(n, before, isCurrent);
  order.of = wanted;
  return order.positions;
}

async function byName(n, isAscending, isCurrent) {
  await inSlices(n, (from, to) => {
    for (let at = from; at < to; at++) files.sortKey[at] ??= sortKey(files.name[at]);
  }, isCurrent);
  const keys = files.sortKey;
  return isAscending ? (a, b) => keys[a] < keys[b] : (a, b) => keys[a] > keys[b];
}

/** What has no value comes last in either direction. */
async function byNumber(n, sort, isAscending, isCurrent) {
  const [keys, value, sign] = [new Float64Array(n), BY_VALUE[sort], isAscending ? 1 : -1];
  await inSlices(n, (from, to) => {
    for (let at = from; at < to; at++) {
      const key = value(at);
      keys[at] = Number.isNaN(key) ? Infinity : sign * key;
    }
  }, isCurrent);
  return (a, b) => keys[a] < keys[b];
}

/** Which filters a file fails, one bit each, the search being the last. */
function failures(at, active) {
  let failed = 0;
  for (let bit = 0; bit < active.length; bit++) {
    const dimension = active[bit];
    if (!dimension.wanted.has(dimension.of[at])) failed |= 1 << bit;
  }
  for (const text of query.words) if (!files.key[at].includes(text)) return failed | 1 << 30;
  return failed;
}

/** Finds what is shown, and of every value how many files there would be if it were chosen. */
async function matched(positions, isCurrent) {
  const all = Object.values(dimensions);
  const active = all.filter((dimension) => dimension.wanted.size > 0);
  const counts = all.map((dimension) => new Uint32Array(dimension.values.length));
  const found = new Int32Array(positions.length);
  let [n, size] = [0, 0];
  await inSlices(positions.length, (from, to) => {
    for (let place = from; place < to; place++) {
      const at = positions[place];
      const failed = active.length || query.words.length ? failures(at, active) : 0;
      if (failed === 0) {
        found[n++] = at;
        size += files.size[at];
        for (let number = 0; number < all.length; number++) counts[number][all[number].of[at]]++;
      } else if ((failed & (failed - 1)) === 0 && failed !== 1 << 30) {
        const dimension = active[31 - Math.clz32(failed)];
        counts[all.indexOf(dimension)][dimension.of[at]]++;
      }
    }
  }, isCurrent);
  all.forEach((dimension, number) => { dimension.counts = counts[number]; });
  return { order: found.slice(0, n), bytes: size };
}

/** Puts positions into groups, keeping their order within each. */
async function grouped(positions, isCurrent) {
  const dimension = dimensions[query.group];
  if (!dimension) return { order: positions, groups: [{ label: '', first: 0, count: positions.length }] };
  const counts = new Uint32Array(dimension.values.length);
  const step = (from, to) => { for (let place = from; place < to; place++) counts[dimension.of[positions[place]]]++; };
  await inSlices(positions.length, step, isCurrent);
  let listed = dimension.listed();
  const isOfTime = query.group === 'month' || query.group === 'year';
  if (isOfTime && query.sort === 'date' && query.isAscending) listed = turnedRound(dimension, listed);
  const next = new Uint32Array(counts.length);
  const groups = [];
  let first = 0;
  for (const number of listed) {
    next[number] = first;
    if (counts[number] > 0) groups.push({ label: dimension.name(number), isEvidence: dimension.isEvidence, first, count: counts[number] });
    first += counts[number];
  }
  const order = new Int32Array(positions.length);
  await inSlices(positions.length, (from, to) => {
    for (let place = from; place < to; place++) order[next[dimension.of[positions[place]]]++] = positions[place];
  }, isCurrent);
  return { order, groups };
}

/** The other way round, with what is unknown still last. */
function turnedRound(dimension, listed) {
  const known = listed.filter((number) => dimension.values[number] !== '').reverse();
  return known.concat(listed.filter((number) => dimension.values[number] === ''));
}

/** Runs the query and shows what it came to; resolves to whether it was the newest. */
async function ask() {
  const run = ++query.run;
  const isCurrent = () => run === query.run;
  try {
    const found = await matched(await allInOrder(isCurrent), isCurrent);
    const { order: shownOrder, groups } = await grouped(found.order, isCurrent);
    if (!isCurrent()) return false;
    result = { order: shownOrder, groups, bytes: found.bytes };
  } catch (error) {
    if (error instanceof Outdated) return false;
    throw error;
  }
  placeAll();
  tellCount();
  await breathe();
  if (!isCurrent()) return false;
  showFilters();
  return true;
}
