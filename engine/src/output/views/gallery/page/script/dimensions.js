// Dimensions: what files are grouped and filtered by. Each file has one value of each, as a small number.

/** A dimension: the values that occur, and for each file which it has. */
class Dimension {
  constructor(key, title, options = {}) {
    Object.assign(this, { key, title, rank: (value) => value, label: (value) => value, ...options });
    this.values = [];
    this.known = new Map();
    this.of = new Int32Array(0);
    this.wanted = new Set();
  }

  grow(capacity) {
    const grown = new Int32Array(capacity);
    grown.set(this.of);
    this.of = grown;
  }

  set(position, value) {
    let number = this.known.get(value);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.known.set(value, number);
    }
    this.of[position] = number;
  }

  /** The label of a value, with a word where there is none. */
  name(number) {
    const value = this.values[number];
    return value === '' ? this.none || 'Unknown' : this.label(value);
  }

  /** The numbers of all values in the order in which they are listed; what is unknown comes last. */
  listed() {
    const ranks = this.values.map((value) => this.rank(value));
    const compare = (a, b) => (this.values[a] === '') - (this.values[b] === '')
      || (typeof ranks[a] === 'number' ? ranks[a] - ranks[b] : natural.compare(ranks[a], ranks[b]));
    return this.values.map((_, number) => number).sort(compare);
  }
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const inOrder = (words) => (value) => {
  const at = Object.keys(words).indexOf(value);
  return at < 0 ? 99 : at;
};

const wordOf = (words) => (value) => words[value] || value;

/** What becomes of files, in the order in which they are offered. */
const FATES = { __proto__: null,
  recovered: 'Recovered',
  unwritten: 'Found, not written',
  live: 'Still there',
  copy: 'Exact copies',
  surpassed: 'Previews of better copies',
  unseen: 'Nothing to be seen',
  inside: 'Inside other photos',
};

const GRADES = { __proto__: null,
  verified: 'Complete and proven',
  structural: 'Complete by structure',
  repaired: 'Repaired',
  damaged: 'Damaged',
  partial: 'Partial',
};

const ORIGINS = { __proto__: null,
  carved: 'Found by its content',
  undeleted: 'Found by a file system',
  reassembled: 'Put together from pieces',
  embedded: 'Inside another photo',
  trash: 'Trash folder',
  backup: 'Backup',
  library: 'Photo library',
  export: 'Export',
  cache: 'Cache',
};

const SIZES = [
  [100e3, 'Under 100 kB'], [1e6, '100 kB to 1 MB'], [5e6, '1 to 5 MB'], [20e6, '5 to 20 MB'],
  [100e6, '20 to 100 MB'], [Infinity, 'Over 100 MB'],
];

function degrees(value) {
  const [latitude, longitude] = value.split(' ').map(Number);
  const part = (angle, positive, negative) => Math.abs(angle).toFixed(2) + '\u00b0 ' + (angle < 0 ? negative : positive);
  return part(latitude, 'N', 'S') + ', ' + part(longitude, 'E', 'W');
}

function monthName(value) {
  const [year, month] = value.split('-');
  return (MONTHS[month - 1] || month) + ' ' + year;
}

const descending = (value) => -Number(value.replace('-', ''));

const dimensions = {
  fate: new Dimension('fate', 'What became of it', { rank: inOrder(FATES), label: wordOf(FATES) }),
  kind: new Dimension('kind', 'Kind', { label: wordOf({ photo: 'Photos', video: 'Videos' }) }),
  grade: new Dimension('grade', 'How complete', { rank: inOrder(GRADES), label: wordOf(GRADES) }),
  year: new Dimension('year', 'Year', { rank: descending, none: 'No date known' }),
  month: new Dimension('month', 'Month', { rank: descending, label: monthName, none: 'No date known' }),
  camera: new Dimension('camera', 'Camera', { none: 'No camera known', isEvidence: true }),
  folder: new Dimension('folder', 'Original folder', { none: 'No folder known', isEvidence: true }),
  format: new Dimension('format', 'Format', { label: (value) => value.toUpperCase() }),
  origin: new Dimension('origin', 'How it was found', { rank: inOrder(ORIGINS), label: wordOf(ORIGINS) }),
  source: new Dimension('source', 'Source', { isEvidence: true }),
  place: new Dimension('place', 'Place', { label: degrees, none: 'No place known' }),
  size: new Dimension('size', 'Size', { rank: Number, label: (value) => SIZES[value][1] }),
};
