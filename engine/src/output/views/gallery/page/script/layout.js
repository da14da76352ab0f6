// Layout: where the rows of the grid lie, by arithmetic alone, however many there are.

/** Browsers end elements at some height; from here on, scrolling is scaled. */
const TALLEST = 12e6;

const layout = { isTable: false, columns: 1, width: 0, rowHeight: 1, headHeight: 0, gap: 10, groups: [], height: 0, rows: 0 };

/** Heights in the letters of the page, so that larger letters have their room. */
const [CAPTION, HEAD, TABLE_ROW] = [3.15, 2.75, 2.75];

/** Measures the columns for the width that there is. */
function measure() {
  const width = byId('grid').clientWidth;
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  layout.width = width;
  layout.gap = width < 600 ? 8 : 12;
  if (layout.isTable) {
    layout.columns = 1;
    layout.cell = width;
    layout.rowHeight = Math.round(TABLE_ROW * letter);
  } else {
    const least = (width < 600 ? 8.75 : 11.75) * letter;
    layout.columns = Math.max(1, Math.floor((width + layout.gap) / (least + layout.gap)));
    layout.cell = (width - layout.gap * (layout.columns - 1)) / layout.columns;
    layout.rowHeight = Math.round(layout.cell * 0.75 + CAPTION * letter) + layout.gap;
  }
  layout.headHeight = result.groups.length === 1 && !result.groups[0].label ? 0 : Math.round(HEAD * letter);
}

/** Gives each group its place. */
function arrange() {
  measure();
  let [y, row] = [0, 0];
  layout.groups = result.groups.map((group) => {
    const rows = Math.ceil(group.count / layout.columns);
    const placed = { ...group, y, row, rows };
    y += layout.headHeight + rows * layout.rowHeight;
    row += rows + (layout.headHeight ? 1 : 0);
    return placed;
  });
  layout.height = y;
  layout.rows = row;
}

/** The last group that satisfies `isBefore`, by bisection; groups are in order. */
function lastGroup(isBefore) {
  let [low, high] = [0, layout.groups.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isBefore(layout.groups[middle])) low = middle;
    else high = middle - 1;
  }
  return layout.groups[low];
}

/** The group and the row that a place in the order lies in. */
function rowOf(place) {
  const group = lastGroup((candidate) => candidate.first <= place);
  return { group, row: Math.floor((place - group.first) / layout.columns) };
}

const rowTop = (group, row) => group.y + (row < 0 ? 0 : layout.headHeight + row * layout.rowHeight);

/** The rows between two heights: the group and the number in it, -1 for its heading. */
function rowsBetween(top, bottom) {
  const found = [];
  if (!layout.groups.length) return found;
  let at = layout.groups.indexOf(lastGroup((group) => group.y <= top));
  for (; at < layout.groups.length && layout.groups[at].y < bottom; at++) {
    const group = layout.groups[at];
    if (layout.headHeight && group.y + layout.headHeight > top) found.push({ group, row: -1 });
    const inner = group.y + layout.headHeight;
    const first = Math.max(0, Math.floor((top - inner) / layout.rowHeight));
    const last = Math.min(group.rows, Math.ceil((bottom - inner) / layout.rowHeight));
    for (let row = first; row < last; row++) found.push({ group, row });
  }
  return found;
}

/** How far a height of the layout and one of the page are apart, where the page is scaled. */
const scale = {
  get isNeeded() { return layout.height > TALLEST; },
  get pageHeight() { return Math.min(layout.height, TALLEST); },
  /** The height in the layout that the top of the window shows. */
  top() {
    const top = window.scrollY - byId('grid').offsetTop;
    if (!this.isNeeded || top <= 0) return top;
    const page = TALLEST - window.innerHeight;
    return Math.min(1, top / page) * (layout.height - window.innerHeight);
  },
  /** Where the page must be scrolled to show that height of the layout at the top. */
  pageOf(top) {
    const offset = byId('grid').offsetTop;
    if (!this.isNeeded) return top + offset;
    return top / (layout.height - window.innerHeight) * (TALLEST - window.innerHeight) + offset;
  },
};
