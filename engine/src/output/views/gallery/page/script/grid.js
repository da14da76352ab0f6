// The grid: only the rows in sight are elements of the page. One cell can be reached by Tab; arrow keys move on.

const grid = byId('grid');
const drawn = new Map();

/** The place in the order that keys act on. */
let active = 0;
let isFrameAsked = false;

/** Places all that was found, keeping in sight what was at the top. */
function placeAll() {
  const top = scale.top();
  const anchor = top > 0 && layout.groups.length ? anchorAt(top) : undefined;
  const activeFile = lastOrder[active];
  const found = activeFile === undefined ? -1 : result.order.indexOf(activeFile);
  active = Math.max(0, found);
  lastOrder = result.order;
  arrange();
  grid.style.height = scale.pageHeight + 'px';
  grid.setAttribute('aria-rowcount', layout.rows);
  grid.setAttribute('aria-colcount', layout.columns);
  grid.classList.toggle('table', layout.isTable);
  const hadFocus = grid.contains(document.activeElement);
  for (const row of drawn.values()) row.remove();
  drawn.clear();
  if (top > 0) scrollTo(0, anchoredAt(anchor));
  draw();
  if (hadFocus) (cellAt(active) || grid.querySelector('[role=gridcell]') || byId('search')).focus({ preventScroll: true });
}

let lastOrder = new Int32Array(0);

/** The first file in sight, and how far above the window's top it begins. */
function anchorAt(top) {
  const [row] = rowsBetween(top, top + 1);
  if (!row) return undefined;
  const place = row.group.first + Math.max(0, row.row) * layout.columns;
  return { file: lastOrder[place], by: top - rowTop(row.group, row.row) };
}

/** Where the page must be scrolled to show that file where it was; the beginning where it is shown no longer. */
function anchoredAt(anchor) {
  const place = anchor === undefined ? -1 : result.order.indexOf(anchor.file);
  if (place < 0) return Math.max(0, byId('fates').offsetTop - barHeight() - 8);
  const { group, row } = rowOf(place);
  return scale.pageOf(rowTop(group, row) + Math.min(anchor.by, layout.rowHeight));
}

const barHeight = () => document.querySelector('.bar').offsetHeight;

/** Draws the rows in sight; those around them are kept where they are drawn, and drawn in the next frame. */
function draw() {
  const top = scale.top();
  const height = window.innerHeight;
  const inSight = rowsBetween(top - height / 10, top + height * 1.1);
  const around = rowsBetween(top - height / 2, top + height * 1.5);
  const focused = drawn.size && grid.contains(document.activeElement) && result.order.length ? rowOf(active) : undefined;
  const isIn = (rows, one) => rows.some((row) => row.group === one.group && row.row === one.row);
  if (focused && !isIn(inSight, focused)) inSight.push(focused);
  const keys = new Set([...around, ...inSight].map(rowKey));
  for (const [key, row] of drawn) {
    if (keys.has(key)) continue;
    row.remove();
    drawn.delete(key);
  }
  inSight.forEach(drawRow);
  for (const row of around) if (drawn.has(rowKey(row))) drawRow(row);
  markActive();
  clearTimeout(aroundTimer);
  aroundTimer = setTimeout(() => around.forEach(drawRow), 40);
}

let aroundTimer = 0;

function drawRow(row) {
  const key = rowKey(row);
  if (!layout.groups.includes(row.group)) return;
  if (!drawn.has(key)) drawn.set(key, insert(row, key));
  put(drawn.get(key), row);
}

/** Puts a row at its height, which moves with the page where that is scaled. */
function put(made, { group, row }) {
  const shift = scale.isNeeded ? window.scrollY - grid.offsetTop - scale.top() : 0;
  made.style.transform = `translateY(${rowTop(group, row) + shift}px)`;
}

const rowKey = ({ group, row }) => group.row + row + (layout.headHeight ? 1 : 0);

/** Makes a row and puts it where it stands among the others, so that readers meet them in order. */
function insert(row, key) {
  const made = row.row < 0 ? heading(row.group) : cells(row);
  made.setAttribute('aria-rowindex', key + 1);
  made.dataset.key = key;
  let after = null;
  for (let child = grid.lastElementChild; child && Number(child.dataset.key) > key; child = child.previousElementSibling) after = child;
  grid.insertBefore(made, after);
  return made;
}

function heading(group) {
  const label = group.isEvidence ? evidence(group.label, LONGEST_NAME) : group.label;
  return element('div', { role: 'row', class: 'heading' },
    element('div', { role: 'rowheader', 'aria-colspan': layout.columns }, label,
      element('span', { class: 'number' }, ' ', numbers.format(group.count))));
}

function cells({ group, row }) {
  const made = element('div', { role: 'row', class: 'row' });
  made.style.gridTemplateColumns = `repeat(${layout.columns}, ${layout.cell}px)`;
  made.style.columnGap = layout.gap + 'px';
  made.style.height = layout.rowHeight + 'px';
  const first = group.first + row * layout.columns;
  const last = Math.min(group.first + group.count, first + layout.columns);
  for (let place = first; place < last; place++) made.append(cell(result.order[place], place, place - first));
  return made;
}

const cellAt = (place) => grid.querySelector(`[data-place="${place}"]`);

/** Lets Tab reach the active cell, or else the first that is drawn. */
function markActive() {
  for (const other of grid.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  const made = cellAt(active) || grid.querySelector('[role=gridcell]');
  if (made) made.tabIndex = 0;
}

/** Makes a place the active one, brings it into sight and gives it the focus. */
function moveTo(place) {
  if (!result.order.length) return;
  active = Math.max(0, Math.min(result.order.length - 1, place));
  const { group, row } = rowOf(active);
  const [top, bottom] = [rowTop(group, row), rowTop(group, row) + layout.rowHeight];
  const above = barHeight() + 8;
  const below = byId('tray').hidden ? 8 : byId('tray').offsetHeight + 8;
  const from = scale.top();
  if (top < from + above) scrollTo(0, scale.pageOf(top - above - (row === 0 ? layout.headHeight : 0)));
  else if (bottom > from + window.innerHeight - below) scrollTo(0, scale.pageOf(bottom - window.innerHeight + below));
  draw();
  if (!cellAt(active)) {
    const at = { group, row };
    drawn.set(rowKey(at), insert(at, rowKey(at)));
    put(drawn.get(rowKey(at)), at);
  }
  markActive();
  cellAt(active).focus({ preventScroll: true });
}

function drawSoon() {
  if (isFrameAsked) return;
  isFrameAsked = true;
  requestAnimationFrame(() => {
    isFrameAsked = false;
    draw();
  });
}

addEventListener('scroll', drawSoon, { passive: true });
new ResizeObserver(() => { if (grid.clientWidth !== layout.width) placeAll(); }).observe(grid);
addEventListener('resize', drawSoon);
