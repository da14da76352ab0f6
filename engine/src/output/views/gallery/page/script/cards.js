// Cards: what stands for a file in the grid, a picture or a word that says why there is none.

/** What browsers show, by media type (of evidence, so that no table here has keys of its own that are not written there), with the extensions that such files have. */
const SHOWN = { __proto__: null,
  'image/jpeg': /\.jpe?g$/i, 'image/png': /\.png$/i, 'image/apng': /\.a?png$/i, 'image/gif': /\.gif$/i,
  'image/webp': /\.webp$/i, 'image/bmp': /\.bmp$/i, 'image/avif': /\.avif$/i,
};

const PLAYED = { __proto__: null, 'video/mp4': /\.(mp4|m4v)$/i, 'video/quicktime': /\.mov$/i, 'video/webm': /\.webm$/i };

/** Larger files are not decoded for a card or the details; a link opens them. */
const LARGEST_SHOWN = 30e6;

/** The address of the written file, where its format is one of those. */
function fileOf(at, formats) {
  const [path, extension] = [files.path[at], formats[files.mime[at]]];
  return path && extension && extension.test(path) ? address(path) : undefined;
}

/** The address of what a card shows; undefined where there is nothing. */
function pictureOf(at) {
  const thumb = files.thumb[at];
  if (thumb && /\.(jpe?g|png|webp)$/i.test(thumb)) return address(thumb);
  return files.size[at] <= LARGEST_SHOWN ? fileOf(at, SHOWN) : undefined;
}

/** The same, of the file that has the same bytes where this one was not written. */
function pictureFor(at) {
  const own = pictureOf(at);
  if (own || !files.twin[at]) return own;
  const twin = positionOf(files.twin[at]);
  return twin === undefined ? undefined : pictureOf(twin);
}

/** Why a file was not written, in words; undefined where it was. */
function whyNotWritten(at) {
  if (files.path[at]) return undefined;
  switch (valueOf('fate', at)) {
    case 'live': return 'Still there on the source: only listed, not copied';
    case 'copy': return 'The same bytes as another photo: written once only';
    case 'surpassed': return 'A smaller copy of a photo that was found in better quality: only listed';
    case 'unseen': return 'Only a beginning is left, in which nothing can be seen: not written';
    case 'unwritten': return 'Found, but not written: it was not chosen, the output took no more, or the run was stopped';
    case 'inside': return 'Lies inside another photo: not written on its own';
    default: return 'Not written: this was a dry run or a list';
  }
}

/** Why a card has no picture, in words. */
function whyNoPicture(at) {
  const unwritten = whyNotWritten(at);
  if (unwritten) return unwritten;
  const format = dimensions.format.name(dimensions.format.of[at]);
  if (files.mime[at].startsWith('video/')) return 'Video: details play it where the browser can';
  if (!SHOWN[files.mime[at]]) return 'Browsers do not show ' + format + ', and it has no preview here';
  if (files.size[at] > LARGEST_SHOWN) return 'Too large to be shown here: ' + bytes(files.size[at]);
  return 'There is no picture of it to show';
}

/** What stands below a name: the date and, where it is not whole, how much of it is there. */
function grading(at) {
  const grade = valueOf('grade', at);
  if (grade === 'partial' && files.share[at] > 0) return 'Partial, ' + percent(files.share[at]) + ' to be seen';
  return grade === 'verified' || grade === 'structural' ? undefined : GRADES[grade] || grade;
}

const percent = (share) => (share < 0.01 ? 'less than 1' : Math.floor(share * 100)) + '\u00a0%';

const LONGEST_NAME = 120;

/** A file in words: what a picture of it is called. */
function spoken(at) {
  const date = files.date[at] ? moment(files.date[at]) : 'no date known';
  return [shown(cut(files.name[at], LONGEST_NAME)), date, dimensions.format.name(dimensions.format.of[at])].join(', ');
}

/** What a screen reader says of a card beside what stands on it. */
function unseen(at) {
  const grade = valueOf('grade', at);
  return element('span', { class: 'hidden' }, `, ${bytes(files.size[at])}, ${GRADES[grade] || grade}`);
}

/** The picture of a card, which is fetched when the card has stayed in sight for a moment. */
function frame(at) {
  const made = element('span', { class: 'frame' });
  const source = pictureFor(at);
  if (source) made.append(picture(source, at));
  else made.append(element('span', { class: 'why' }, whyNoPicture(at)));
  if (valueOf('kind', at) === 'video') made.append(element('span', { class: 'badge' }, 'Video'));
  return made;
}

function picture(source, at) {
  const image = element('img', { alt: '', decoding: 'async', draggable: 'false' });
  image.addEventListener('load', () => image.classList.add('seen'), { once: true });
  image.addEventListener('error', () => {
    const why = files.path[at] || files.thumb[at] ? 'The picture is not beside this page, or cannot be shown' : whyNoPicture(at);
    image.replaceWith(element('span', { class: 'why' }, why));
  }, { once: true });
  lazily(image, source);
  return image;
}

const waitingPictures = new Map();
let pictureTimer = 0;

/** Gives an image its address once scrolling has come to rest, so that what flies past is never decoded. */
function lazily(image, source) {
  waitingPictures.set(image, source);
  clearTimeout(pictureTimer);
  pictureTimer = setTimeout(() => {
    for (const [waiting, address] of waitingPictures) if (waiting.isConnected) waiting.src = address;
    waitingPictures.clear();
  }, 70);
}

/** A file as a cell of the grid. */
function cell(at, place, column) {
  const made = element('div', { role: 'gridcell', class: 'card', tabindex: '-1', 'aria-colindex': column + 1,
    'aria-selected': String(selection.has(at)) });
  made.dataset.place = place;
  const name = element('span', { class: 'name', title: files.name[at].length > 40 ? shown(cut(files.name[at], 400)) : null },
    evidence(files.name[at], LONGEST_NAME));
  const tick = element('span', { class: 'tick', 'aria-hidden': 'true' });
  if (layout.isTable) made.append(tick, frame(at), name, ...tableCells(at));
  else made.append(frame(at), tick, name, subline(at), unseen(at));
  return made;
}

function subline(at) {
  const grade = grading(at);
  const date = files.date[at] ? moment(files.date[at]).replace(/,.*/, '') : 'No date';
  return element('span', { class: 'sub' }, grade ? element('b', { class: 'mark' }, grade) : date,
    element('span', { class: 'format' }, dimensions.format.name(dimensions.format.of[at])));
}

function tableCells(at) {
  const column = (kind, text) => element('span', { class: 'col ' + kind }, text);
  const offset = files.offset[at] < 0 ? '' : '0x' + files.offset[at].toString(16);
  return [column('date', files.date[at] ? moment(files.date[at]) : 'No date'),
    column('format', dimensions.format.name(dimensions.format.of[at])), column('size', bytes(files.size[at])),
    column('grade', grading(at) || GRADES[valueOf('grade', at)] || valueOf('grade', at)), column('offset', offset)];
}
