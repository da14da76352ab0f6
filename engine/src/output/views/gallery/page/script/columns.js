// Columns: what the gallery must know of every file, one array each, so that 100,000 files stay small and quick.

const NUMERIC = { id: Float64Array, size: Float64Array, when: Float64Array, offset: Float64Array,
  parent: Float64Array, twin: Float64Array, pair: Float64Array, share: Float32Array, width: Uint32Array,
  height: Uint32Array, pack: Uint32Array, row: Uint32Array };

const files = { length: 0, capacity: 0, written: 0, name: [], path: [], thumb: [], date: [], mime: [], key: [], sortKey: [] };
for (const [name, Kind] of Object.entries(NUMERIC)) files[name] = new Kind(0);

/** Whether all of the report was read into the columns. */
let isComplete = false;

/** Files for which room is made at once at the most, whatever number the report says: more grow as they come. */
const MOST_AT_ONCE = 1 << 17;

function makeRoom(needed) {
  if (needed <= files.capacity) return;
  files.capacity = Math.max(needed, Math.min(facts.summary.files, MOST_AT_ONCE), files.capacity * 2);
  for (const [name, Kind] of Object.entries(NUMERIC)) {
    const grown = new Kind(files.capacity);
    grown.set(files[name]);
    files[name] = grown;
  }
  for (const dimension of Object.values(dimensions)) dimension.grow(files.capacity);
}

/** A column of words, which a pack keeps as a list of those that occur and their numbers. */
const word = (column, row) => column.words[column.of[row]];

/** Adds the rows of a pack. */
function addPack(pack, number) {
  const first = files.length;
  makeRoom(first + pack.id.length);
  for (let row = 0; row < pack.id.length; row++) addRow(pack, row, first + row, number);
  files.length += pack.id.length;
}

function addRow(pack, row, at, number) {
  for (const name of ['id', 'size', 'offset', 'parent', 'twin', 'pair', 'share', 'width', 'height']) {
    files[name][at] = pack[name][row];
  }
  files.pack[at] = number;
  files.row[at] = row;
  for (const name of ['name', 'path', 'thumb', 'date']) files[name][at] = pack[name][row];
  if (files.path[at]) files.written++;
  files.mime[at] = word(pack.mime, row);
  files.when[at] = instant(pack.date[row]);
  for (const name of ['fate', 'grade', 'format', 'origin', 'camera', 'folder', 'place']) {
    dimensions[name].set(at, word(pack[name], row));
  }
  const month = MOMENT.test(pack.date[row]) ? pack.date[row].slice(0, 7) : '';
  dimensions.month.set(at, month);
  dimensions.year.set(at, month.slice(0, 4));
  dimensions.kind.set(at, files.mime[at].startsWith('video/') ? 'video' : 'photo');
  dimensions.size.set(at, String(SIZES.findIndex(([most]) => files.size[at] < most)));
  const source = facts.sources[pack.source[row]];
  dimensions.source.set(at, source ? source.path : 'source ' + pack.source[row]);
  files.key[at] = folded([files.name[at], word(pack.original, row), files.path[at], word(pack.camera, row)].join('\n'));
}

/** A text as it is searched: without case, and composed the same way whoever wrote it. */
function folded(text) {
  return text.normalize('NFC').toLowerCase();
}

/** The position of the file with that id; undefined where it is not read yet, or not there. */
function positionOf(id) {
  let [low, high] = [0, files.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (files.id[middle] < id) low = middle + 1;
    else high = middle;
  }
  return low < files.length && files.id[low] === id ? low : undefined;
}

/** The positions of the files whose column has that id: children, copies. */
function withId(column, id) {
  const found = [];
  for (let at = 0; at < files.length; at++) if (files[column][at] === id) found.push(at);
  return found;
}

/** The value that a file has in a dimension. */
const valueOf = (name, at) => dimensions[name].values[dimensions[name].of[at]];
