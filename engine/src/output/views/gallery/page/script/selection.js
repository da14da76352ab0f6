// The selection: a set of positions, chosen one by one, by a range or all that is shown.

const selection = new Set();

/** Where a range begins. */
let rangeStart = 0;

function toggle(place) {
  const at = result.order[place];
  if (!selection.delete(at)) selection.add(at);
  rangeStart = place;
  showSelection();
}

/** Selects all from the start of the range to a place. */
function selectTo(place) {
  const [from, to] = [Math.min(rangeStart, place), Math.max(rangeStart, place)];
  for (let at = from; at <= to; at++) selection.add(result.order[at]);
  showSelection();
}

function selectAll() {
  const isAll = result.order.length > 0 && result.order.every((at) => selection.has(at));
  for (const at of result.order) {
    if (isAll) selection.delete(at);
    else selection.add(at);
  }
  showSelection();
}

function clearSelection() {
  selection.clear();
  showSelection();
}

function showSelection() {
  for (const made of grid.querySelectorAll('[role=gridcell]')) {
    made.setAttribute('aria-selected', String(selection.has(result.order[made.dataset.place])));
  }
  let size = 0;
  for (const at of selection) size += files.size[at];
  byId('tray').hidden = selection.size === 0;
  document.body.classList.toggle('selecting', selection.size > 0);
  byId('chosen').textContent = count(selection.size, 'file selected', 'files selected') + ', ' + bytes(size);
}

byId('all').addEventListener('click', selectAll);
byId('clear').addEventListener('click', () => {
  clearSelection();
  moveTo(active);
});
