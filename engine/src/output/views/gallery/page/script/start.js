// The start: the first pack is shown at once, the others are added while the page is still being read.

/** What is known of the report as a whole. */
let facts = { summary: { files: 0 }, sources: [], lost: 0, head: {} };

function trouble(text) {
  byId('trouble').textContent = text;
  byId('trouble').hidden = false;
}

async function start() {
  if (!globalThis.DecompressionStream) {
    trouble('This browser is too old to open the list of photos (it has no DecompressionStream). Any Firefox, Chrome, Edge or Safari '
      + 'since 2023 can. The recovered files lie in the folders beside this page.');
    byId('count').textContent = '';
    return;
  }
  const head = await block('facts-0');
  facts = await opened(head);
  let number = 0;
  for await (const pack of packs('list')) {
    addPack(pack, number++);
    if (number === 1) await showFirst();
    else if (number % 10 === 0) tellCount();
  }
  isComplete = true;
  const end = await block('end-0');
  if (!end || (await opened(end)).packs !== number) trouble('A part of this page is missing: not all files are shown.');
  if (!hasChosen) firstFates();
  showGrades();
  await ask();
  document.documentElement.dataset.ready = 'all';
}

/** What is recovered, by grade, photos and videos apart. */
function showGrades() {
  const counts = new Map();
  for (let at = 0; at < files.length; at++) {
    if (valueOf('fate', at) !== 'recovered') continue;
    const key = valueOf('grade', at);
    const of = counts.get(key) || { photo: 0, video: 0 };
    of[valueOf('kind', at)]++;
    counts.set(key, of);
  }
  for (const grade of Object.keys(GRADES)) {
    if (!counts.has(grade)) continue;
    const { photo, video } = counts.get(grade);
    const told = [photo && count(photo, 'photo', 'photos'), video && count(video, 'video', 'videos')].filter(Boolean);
    byId('grades').append(element('li', {}, element('b', {}, told.join(' and ')), ' ' + SHORT_MEANINGS[grade]));
  }
}

/** Whether somebody chose already which files to show. */
let hasChosen = false;

async function showFirst() {
  firstFates();
  await ask();
  document.documentElement.dataset.ready = 'first';
}

byId('fates').addEventListener('click', () => { hasChosen = true; }, { capture: true });
for (const opener of document.querySelectorAll('[data-opens]')) {
  opener.hidden = false;
  opener.addEventListener('click', opener.dataset.opens === 'lost' ? showLost : showAbout);
}

start().catch((error) => trouble('This page could not show the list of photos: ' + error.message));
