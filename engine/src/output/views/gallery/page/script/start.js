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
  await ask();
  document.documentElement.dataset.ready = 'all';
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
