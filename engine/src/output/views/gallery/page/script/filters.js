// Filters: one list of values for each dimension, with how many files each would leave.

const LISTED = 8;
const MORE = 200;

/** How many values of each dimension are listed. */
const listedTo = new Map();

/** Shows the choice of fates and the lists of values. */
function showFilters() {
  showFates();
  const panel = byId('filters');
  const focus = panel.contains(document.activeElement) ? document.activeElement.dataset.of : undefined;
  const listed = Object.values(dimensions).filter((dimension) => dimension.key !== 'fate' && isTelling(dimension));
  panel.replaceChildren(
    element('div', { class: 'panel-head' }, element('h2', {}, 'Filters'),
      button('Done', () => openFilters(false), { class: 'quiet done' })),
    ...listed.map(facet));
  if (focus !== undefined) panel.querySelector(`[data-of="${CSS.escape(focus)}"]`)?.focus();
  const n = listed.filter((dimension) => dimension.wanted.size).length;
  byId('open-filters').textContent = n ? `Filters (${n})` : 'Filters';
  byId('reset').hidden = n === 0 && query.words.length === 0;
}

/** Whether there is anything to choose. */
function isTelling({ counts, wanted }) {
  let present = 0;
  for (const n of counts) if (n > 0 && ++present > 1) return true;
  return wanted.size > 0;
}

function facet(dimension) {
  const { counts, wanted } = dimension;
  const present = dimension.listed().filter((number) => counts[number] > 0 || wanted.has(number));
  const isByCount = ['camera', 'folder', 'place', 'format'].includes(dimension.key);
  if (isByCount) present.sort((a, b) => counts[b] - counts[a]);
  const most = listedTo.get(dimension.key) || LISTED;
  const values = present.filter((number, at) => at < most || wanted.has(number)).map((number) => choice(dimension, number));
  const rest = present.length - most;
  const more = rest > 0 ? button(`${numbers.format(rest)} more`, () => {
    listedTo.set(dimension.key, most + MORE);
    showFilters();
  }, { class: 'quiet', 'data-of': dimension.key + ' more', 'aria-label': `${numbers.format(rest)} more of ${dimension.title}` }) : undefined;
  return element('fieldset', { class: 'facet' }, element('legend', {}, dimension.title), ...values, more);
}

function choice(dimension, number) {
  const box = element('input', { type: 'checkbox', 'data-of': dimension.key + ' ' + number });
  box.checked = dimension.wanted.has(number);
  box.addEventListener('change', () => {
    if (box.checked) dimension.wanted.add(number);
    else dimension.wanted.delete(number);
    ask();
  });
  const name = dimension.name(number);
  const label = dimension.isEvidence ? evidence(name, 60) : element('span', {}, name);
  return element('label', {}, box, label, element('span', { class: 'number' }, numbers.format(dimension.counts[number])));
}

/** The choice of what became of files, as buttons above the grid. */
function showFates() {
  const fate = dimensions.fate;
  const focus = byId('fates').contains(document.activeElement) ? document.activeElement.dataset.of : undefined;
  const values = fate.listed().filter((number) => fate.counts[number] > 0 || fate.wanted.has(number));
  const buttons = values.map((number) => {
    const name = fate.values[number] === 'recovered' && files.written === 0 ? 'Found' : fate.name(number);
    return button(name, () => chooseFate(number), {
      'aria-pressed': String(fate.wanted.has(number)), 'data-of': fate.values[number] });
  });
  buttons.forEach((made, at) => {
    made.append(element('span', { class: 'number' }, ' ', numbers.format(fate.counts[values[at]])));
  });
  byId('fates').replaceChildren(...buttons);
  byId('fates').hidden = values.length < 2;
  if (focus) byId('fates').querySelector(`[data-of="${focus}"]`)?.focus();
}

function chooseFate(number) {
  const { wanted } = dimensions.fate;
  if (!wanted.delete(number)) wanted.add(number);
  ask();
}

/** What is shown at first: what was recovered, else what is there, else everything. */
function firstFates() {
  const fate = dimensions.fate;
  const numbersOf = (...names) => names.map((name) => fate.known.get(name)).filter((number) => number !== undefined);
  const first = [numbersOf('recovered', 'unwritten'), numbersOf('live')].find((numbers) => numbers.length);
  fate.wanted = new Set(first || []);
}

function openFilters(isOpen) {
  document.body.classList.toggle('filtering', isOpen);
  byId('open-filters').setAttribute('aria-expanded', String(isOpen));
  byId(isOpen ? 'filters' : 'open-filters').focus({ preventScroll: true });
}

byId('open-filters').addEventListener('click', () => openFilters(!document.body.classList.contains('filtering')));

byId('reset').addEventListener('click', () => {
  for (const dimension of Object.values(dimensions)) if (dimension.key !== 'fate') dimension.wanted.clear();
  byId('search').value = '';
  query.words = [];
  ask();
  moveTo(active);
});

/** Says how many files are shown, to everyone. */
function tellCount() {
  const n = result.order.length;
  const none = files.length ? 'No file fits. Clear a filter or the search to see more.' : 'This report lists no files.';
  const text = n === 0 ? none
    : `${count(n, 'file', 'files')}, ${bytes(result.bytes)}`;
  const rest = isComplete ? '' : ` (still reading the report: ${numbers.format(files.length)} of ${numbers.format(facts.summary.files)})`;
  byId('count').textContent = text + rest;
}

for (const [value, label] of [['', 'Nothing'], ...['month', 'year', 'camera', 'folder', 'format', 'grade', 'origin', 'fate', 'kind', 'source', 'place', 'size']
  .map((key) => [key, dimensions[key].title])]) byId('group').append(element('option', { value }, label));
for (const [value, label] of Object.entries(SORTS)) byId('sort').append(element('option', { value }, label));
byId('group').value = query.group;

byId('group').addEventListener('change', (event) => {
  query.group = event.target.value;
  ask();
});

byId('sort').addEventListener('change', (event) => {
  query.sort = event.target.value;
  turn(query.sort === 'name' || query.sort === 'offset');
});

function turn(isAscending) {
  query.isAscending = isAscending;
  byId('turn').textContent = isAscending ? '\u2191' : '\u2193';
  byId('turn').setAttribute('aria-label', isAscending ? 'Order: ascending' : 'Order: descending');
  ask();
}

byId('turn').addEventListener('click', () => turn(!query.isAscending));

byId('shape').addEventListener('click', () => {
  layout.isTable = !layout.isTable;
  byId('shape').setAttribute('aria-pressed', String(layout.isTable));
  placeAll();
});
