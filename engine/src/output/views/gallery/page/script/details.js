// Details: every field of a file, its picture as large as it can be shown, and what it is related to.

const details = byId('details');
let detailsPlace = 0;

/** What is in the dialog already is not listed again among other fields. */
const TOLD = new Set(['id', 'source', 'origin', 'status', 'disposition', 'format', 'mime', 'size', 'end', 'grade', 'proof',
  'unchecked', 'kept', 'share', 'issues', 'runs', 'from', 'blake3', 'sha256', 'sha1', 'md5', 'duplicate_of', 'parent',
  'kinship', 'pair', 'name', 'name_inferred', 'name_hint', 'original_path', 'modified', 'deleted_at', 'exif', 'width',
  'height', 'path', 'thumb']);

const EXIF = { __proto__: null, make: 'Maker', model: 'Model', taken: 'Taken, by the camera\u2019s clock', utc_offset: 'Zone of that clock',
  width: 'Width, as it says', height: 'Height, as it says', orientation: 'Orientation', latitude: 'Degrees north',
  longitude: 'Degrees east' };

const MEANINGS = { __proto__: null,
  verified: 'Complete and proven: all that its format can check holds.',
  structural: 'Complete by structure: begins and ends as it should; no check covers all between.',
  repaired: 'Repaired: bytes were added or replaced so that it can be seen.',
  damaged: 'Damaged: there to its end, but parts do not decode or were unreadable.',
  partial: 'Partial: a true beginning; the rest is missing or belongs to something else.',
};

const ENDS = { __proto__: null, exact: 'Exact: its structure closes there', minimum: 'All that is known ends there; more may follow',
  estimated: 'Estimated' };

const STATUSES = { __proto__: null, deleted: 'Deleted', live: 'Still there', unknown: 'Not known: no file system was asked, or none can be relied on' };

async function showDetails(place) {
  const at = result.order[place];
  if (at === undefined) return;
  detailsPlace = place;
  await showFile(at);
}

let shownFile = -1;

async function showFile(at) {
  shownFile = at;
  const file = await wholeFile(at);
  if (shownFile !== at) return;
  const hadFocus = details.open && document.activeElement ? document.activeElement.dataset.key : undefined;
  showDialog(details, ...(file ? parts(at, file) : [closer(details), element('p', {}, 'This part of the page is missing.')]));
  details.querySelector(`[data-key="${hadFocus || 'next'}"]`)?.focus();
  details.scrollTop = 0;
}

function parts(at, file) {
  const isListed = result.order[detailsPlace] === at;
  const step = (by) => () => showDetails(detailsPlace + by);
  const top = element('div', { class: 'details-head' },
    button('\u2190', step(-1), { 'aria-label': 'Previous file', 'data-key': 'back', disabled: !isListed || detailsPlace === 0 }),
    button('\u2192', step(1), { 'aria-label': 'Next file', 'data-key': 'next', disabled: !isListed || detailsPlace + 1 >= result.order.length }),
    element('span', { class: 'position' }, isListed ? `${numbers.format(detailsPlace + 1)} of ${numbers.format(result.order.length)}` : ''),
    picker(at), closer(details));
  const facts = element('div', { class: 'facts', tabindex: '0', role: 'region', 'aria-label': 'Facts' },
    element('h2', { id: 'details-name' }, evidence(file.name || files.name[at])), ...sections(at, file));
  return [top, element('div', { class: 'two' }, large(at), facts)];
}

function picker(at) {
  const label = () => (selection.has(at) ? 'Selected' : 'Select');
  const made = button(label(), () => {
    if (!selection.delete(at)) selection.add(at);
    showSelection();
    made.textContent = label();
    made.setAttribute('aria-pressed', String(selection.has(at)));
  }, { 'aria-pressed': String(selection.has(at)), 'data-key': 'pick', class: 'pick' });
  return made;
}

/** The picture: the file itself where the browser can show it, else its preview, else why not. */
function large(at) {
  const own = files.size[at] <= LARGEST_SHOWN ? fileOf(at, SHOWN) : undefined;
  const source = own || pictureFor(at);
  const open = fileOf(at, SHOWN) || fileOf(at, PLAYED);
  const made = element('div', { class: 'large' });
  if (valueOf('kind', at) === 'video' && fileOf(at, PLAYED)) made.append(player(at, source));
  else if (source) made.append(...zoomable(source, at, own));
  else made.append(element('p', { class: 'why' }, whyNoPicture(at) + '. ', makesPreviews(at) || ''));
  if (open) made.append(element('a', { href: open, target: '_blank', rel: 'noopener noreferrer', class: 'open' }, 'Open the file in a tab of its own'));
  return made;
}

/** What can still be done about a format that browsers do not show. */
function makesPreviews(at) {
  const isOther = files.path[at] && valueOf('kind', at) === 'photo' && !SHOWN[files.mime[at]];
  return isOther ? `afterimage report ${quoted(folder(), ownShells[0])} makes previews of the formats that it decodes.` : undefined;
}

function player(at, poster) {
  return element('video', { controls: true, preload: 'metadata', src: fileOf(at, PLAYED), poster, 'aria-label': spoken(at) });
}

function zoomable(source, at, own) {
  const image = element('img', { src: source, alt: shown(cut(files.name[at], LONGEST_NAME)) });
  const view = element('div', { class: 'view' }, image);
  const zoom = button('Full size', () => {
    const isFull = view.classList.toggle('full');
    zoom.textContent = isFull ? 'Fit to the window' : 'Full size';
    zoom.setAttribute('aria-pressed', String(isFull));
    if (isFull) view.setAttribute('tabindex', '0');
    else view.removeAttribute('tabindex');
  }, { 'aria-pressed': 'false', class: 'zoom', 'data-key': 'zoom' });
  image.addEventListener('error', () => view.replaceWith(element('p', { class: 'why' }, 'The picture is not beside this page, or cannot be shown.')), { once: true });
  const note = own ? undefined : element('p', { class: 'note' }, 'This is a preview of it, not the file.');
  return [view, element('div', { class: 'under' }, zoom, note)];
}

function sections(at, file) {
  return [
    element('p', { class: 'meaning ' + file.grade }, MEANINGS[file.grade] || file.grade),
    whyNotWritten(at) ? element('p', { class: 'note' }, whyNotWritten(at) + '.') : undefined,
    section('File', whatItIs(at, file)),
    section('Dates', dates(file, at)),
    section('What was tested', proof(file), ranges('Not covered by any check', file.unchecked), issues(file)),
    section('Camera', file.exif && pairs(Object.entries(file.exif).map(([name, value]) => [EXIF[name] || name, evidence(String(value))]))),
    section('Related files', related(at, file)),
    section('Where it lay', whereItLay(file), ...runs(file)),
    section('Digests', pairs(['blake3', 'sha256', 'sha1', 'md5'].map((name) => [name.toUpperCase(), file[name] && element('code', {}, file[name])]))),
    section('Everything else', others(file)),
  ].filter(Boolean);
}

function whatItIs(at, file) {
  const size = file.width && file.height ? `${file.width} \u00d7 ${file.height} pixels` : undefined;
  const inferred = file.name_inferred ? ' (part of it is inferred)' : '';
  return pairs([
    ['Number in the report', String(file.id)],
    ['Written to', file.path && evidence(file.path)],
    ['Original path', file.original_path && evidence(file.original_path)],
    ['Name', file.name && element('span', {}, evidence(file.name), inferred)],
    ['May have been', file.name_hint && evidence(file.name_hint)],
    ['Format', evidence(file.format + ', ' + file.mime)],
    ['Size', both(file.size)],
    ['Picture', size],
    ['What became of it', dimensions.fate.name(dimensions.fate.of[at])],
    ['How it was found', ORIGINS[file.origin] || file.origin],
    ['File system says', STATUSES[file.status] || file.status],
  ]);
}

const both = (n) => (n < 1000 ? bytes(n) : `${bytes(n)} (${numbers.format(n)} bytes)`);

function dates(file, at) {
  const told = (text) => text && element('span', {}, moment(text), element('code', { class: 'stamp' }, evidence(text)));
  return pairs([
    ['Date of the written file', told(files.date[at])],
    ['Taken', told(file.exif && file.exif.taken)],
    ['Last modified', told(file.modified)],
    ['Deleted', told(file.deleted_at)],
  ]);
}

function proof(file) {
  const kept = file.kept === undefined ? undefined : both(file.kept);
  return pairs([
    ['Tests', evidence(file.proof)],
    ['End', ENDS[file.end] || file.end],
    ['True bytes kept', kept],
    ['Part of the picture to be seen', file.share === undefined ? undefined : percent(file.share)],
  ]);
}

function ranges(title, list) {
  if (!list || !list.length) return undefined;
  const made = element('ul', { class: 'plain' });
  const held = longList(made, list, ({ offset, length }) => element('li', {}, `${numbers.format(length)} bytes from ${numbers.format(offset)} (${hex(offset)})`));
  return element('div', {}, element('h4', {}, title), ...held);
}

function issues(file) {
  if (!file.issues || !file.issues.length) return undefined;
  const made = element('ul', { class: 'plain' });
  const held = longList(made, file.issues, ({ offset, what }) => element('li', {}, evidence(what), `, at ${numbers.format(offset)} (${hex(offset)})`));
  return element('div', {}, element('h4', {}, 'Issues'), ...held);
}

const hex = (n) => '0x' + n.toString(16);

function whereItLay(file) {
  const source = facts.sources[file.source];
  return pairs([['Source', source && evidence(source.path)], ['Path there', file.from && evidence(file.from)]]);
}

const RUN_ORIGINS = { __proto__: null, source: 'source', fill: 'added', borrowed: 'borrowed', inflated: 'unpacked' };

function runs(file) {
  if (!file.runs || !file.runs.length) return [];
  const body = element('tbody', {});
  const made = ({ offset, length, origin }, at) => {
    const place = offset === undefined ? ['', ''] : [hex(offset), numbers.format(offset)];
    return element('tr', {}, element('td', {}, String(at + 1)), ...[...place, numbers.format(length), RUN_ORIGINS[origin] || origin]
      .map((text) => element('td', {}, text)));
  };
  const [, more] = longList(body, file.runs, made);
  const head = element('thead', {}, element('tr', {}, ...['Run', 'Offset (hex)', 'Offset', 'Bytes', 'From']
    .map((name) => element('th', { scope: 'col' }, name))));
  return [element('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Runs' }, element('table', {}, head, body)), more];
}

function related(at, file) {
  const made = element('ul', { class: 'plain' });
  const add = (what, position) => {
    if (position === undefined) return;
    made.append(element('li', {}, what + ' ', button('', () => showFile(position), { class: 'link' })));
    made.lastChild.lastChild.append(evidence(files.name[position], 60), ` (${files.id[position]})`);
  };
  const addAll = (what, positions) => {
    for (const position of positions.slice(0, AT_ONCE)) add(what, position);
    if (positions.length > AT_ONCE) made.append(element('li', {}, `and ${numbers.format(positions.length - AT_ONCE)} more`));
  };
  if (file.duplicate_of !== undefined) add('The same bytes as', positionOf(file.duplicate_of));
  addAll('Copied by', withId('twin', file.id));
  if (file.parent !== undefined) add(`${kin(file.kinship)} of`, positionOf(file.parent));
  addAll('Holds', withId('parent', file.id));
  if (file.pair !== undefined) add('Live Photo with', positionOf(file.pair));
  return made;
}

const kin = (kinship) => (kinship ? kinship[0].toUpperCase() + kinship.slice(1) : 'Part');

function others(file) {
  const rest = Object.entries(file).filter(([name]) => !TOLD.has(name));
  return rest.length ? generic(Object.fromEntries(rest)) : undefined;
}

details.addEventListener('keydown', (event) => {
  const isScrolled = event.target.closest('.view.full, .wide, video');
  if (event.altKey || event.ctrlKey || event.metaKey || isScrolled) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined || result.order[detailsPlace] !== shownFile) return;
  const place = detailsPlace + step;
  if (place < 0 || place >= result.order.length) return;
  event.preventDefault();
  showDetails(place);
});
details.addEventListener('close', () => {
  // The event comes late: another file may be shown by now.
  if (details.open) return;
  shownFile = -1;
  details.replaceChildren();
  moveTo(detailsPlace);
});
