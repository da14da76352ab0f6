// Keys, mouse and touch on the grid.

function placeUnder(event) {
  const made = event.target.closest('[role=gridcell]');
  return made ? Number(made.dataset.place) : undefined;
}

grid.addEventListener('click', (event) => {
  const place = placeUnder(event);
  if (place === undefined) return;
  active = place;
  markActive();
  const isPick = event.target.closest('.tick') || event.ctrlKey || event.metaKey;
  if (event.shiftKey) selectTo(place);
  else if (isPick) toggle(place);
  else showDetails(place);
});

grid.addEventListener('mousedown', (event) => { if (event.shiftKey) event.preventDefault(); });

grid.addEventListener('focusin', (event) => {
  const place = placeUnder(event);
  if (place !== undefined) active = place;
});

/** The place above or below, over the borders of groups. */
function vertically(place, step) {
  const { group, row } = rowOf(place);
  const column = (place - group.first) % layout.columns;
  const inGroup = place + step * layout.columns;
  const target = row + step;
  if (target >= 0 && target < group.rows) return Math.min(inGroup, group.first + group.count - 1);
  const next = layout.groups[layout.groups.indexOf(group) + step];
  if (!next) return place;
  const start = step > 0 ? 0 : (next.rows - 1) * layout.columns;
  return next.first + Math.min(start + column, next.count - 1);
}

const MOVES = {
  ArrowLeft: (place) => place - 1,
  ArrowRight: (place) => place + 1,
  ArrowUp: (place) => vertically(place, -1),
  ArrowDown: (place) => vertically(place, 1),
  PageUp: (place) => screenful(place, -1),
  PageDown: (place) => screenful(place, 1),
};

function screenful(place, step) {
  const rows = Math.max(1, Math.floor((window.innerHeight - 160) / layout.rowHeight));
  for (let row = 0; row < rows; row++) place = vertically(place, step);
  return place;
}

function homeOrEnd(event) {
  const { group, row } = rowOf(active);
  const isHome = event.key === 'Home';
  if (event.ctrlKey || event.metaKey) return isHome ? 0 : result.order.length - 1;
  const first = group.first + row * layout.columns;
  return isHome ? first : Math.min(first + layout.columns, group.first + group.count) - 1;
}

grid.addEventListener('keydown', (event) => {
  if (event.altKey || !result.order.length) return;
  const isEnd = event.key === 'Home' || event.key === 'End';
  const move = MOVES[event.key];
  if (isEnd || (move && !event.ctrlKey && !event.metaKey)) {
    const place = isEnd ? homeOrEnd(event) : move(active);
    moveTo(place);
    if (event.shiftKey) selectTo(active);
    else rangeStart = active;
  } else if (event.key === 'Enter') showDetails(active);
  else if (event.key === ' ') event.shiftKey ? selectTo(active) : toggle(active);
  else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selectAll();
  else return;
  event.preventDefault();
});

document.addEventListener('keydown', (event) => {
  if (document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches('input:not([type=checkbox]), select, textarea');
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    byId('search').focus();
    byId('search').select();
  } else if (event.key === 'Escape') escape(event);
});

/** Closes or clears what is nearest: the filters of a small screen, the search, the selection. */
function escape(event) {
  const search = byId('search');
  if (document.body.classList.contains('filtering')) openFilters(false);
  else if (event.target === search) {
    if (search.value) {
      search.value = '';
      searched();
    }
    moveTo(active);
  } else if (selection.size) clearSelection();
}

let searchTimer = 0;

function searched() {
  query.words = folded(byId('search').value).split(/\s+/).filter(Boolean);
  ask();
}

byId('search').addEventListener('input', () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(searched, 120);
});
byId('search').addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown' || event.key === 'Enter') {
    event.preventDefault();
    moveTo(active);
  }
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  moveTo(active);
});
