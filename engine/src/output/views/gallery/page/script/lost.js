// Photos that are known to have existed, and what stands in the report about the run itself.

const STATES = { __proto__: null, whole: 'Found whole', partial: 'Found in part', 'preview-only': 'Found as a smaller picture only',
  'cloud-only': 'Not here: a service or another device has it', 'name-only': 'Still lost: nothing of it was found' };

const MATCHES = { __proto__: null, digest: 'by its digest', path: 'by its path', date: 'by its name and date' };

async function showLost() {
  const rows = [];
  for (let number = 0; ; number++) {
    const found = await block('lost-' + number);
    if (!found) break;
    rows.push(...await opened(found));
    await breathe();
  }
  const dialog = byId('lost');
  const list = element('ul', { class: 'lost' });
  const held = longList(list, rows, lostRow);
  showDialog(dialog, closer(dialog), element('h2', { id: 'lost-name' }, 'Photos that are known to have existed'),
    element('p', {}, `${count(facts.lost, 'photo', 'photos')}, by the word of lists, directory entries or the numbering of the camera, and what is left of each.`),
    ...held);
}

function lostRow(row) {
  const at = row.file === undefined ? undefined : positionOf(row.file);
  const parts = [row.taken && 'taken ' + moment(row.taken), row.deleted_at && 'deleted ' + moment(row.deleted_at),
    row.size !== undefined && bytes(row.size), row.matched && 'known ' + (MATCHES[row.matched] || row.matched)];
  const made = element('li', {}, element('b', {}, evidence(row.path || row.name || '(without a name)', 400)),
    element('span', { class: 'state' }, STATES[row.state] || row.state),
    element('span', { class: 'by' }, 'Told by ', evidence(row.by, 200), parts.filter(Boolean).map((part) => ', ' + part).join('')));
  if (row.albums && row.albums.length) made.append(element('span', { class: 'by' }, 'Albums: ', evidence(row.albums.join(', '), 400)));
  if (row.note) made.append(element('span', { class: 'by' }, evidence(row.note, 400)));
  if (at !== undefined) {
    made.append(button('Show what was found', () => {
      byId('lost').close();
      showFile(at);
    }, { class: 'link' }));
  }
  return made;
}

function showAbout() {
  const dialog = byId('about');
  showDialog(dialog, closer(dialog), element('h2', { id: 'about-name' }, 'About this report'),
    element('p', {}, 'What stands in report.json before the list of files.'), generic(facts.head));
}
