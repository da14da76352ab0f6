// Dialogs: they trap the focus, close with Escape and give the focus back.

/** Fills a dialog and shows it. */
function showDialog(dialog, ...children) {
  dialog.replaceChildren(...children);
  if (!dialog.open) dialog.showModal();
}

function closer(dialog) {
  return button('\u00d7', () => dialog.close(), { class: 'close', 'aria-label': 'Close' });
}

for (const dialog of document.querySelectorAll('dialog')) {
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
}

/** Pairs of a name and a value; a value may be an element or a text of ours. */
function pairs(rows) {
  const made = element('dl', {});
  for (const [name, value] of rows) {
    if (value === undefined || value === null || value === '') continue;
    made.append(element('div', {}, element('dt', {}, name), element('dd', {}, value)));
  }
  return made;
}

/** A section with a heading; nothing where it would be empty. */
function section(title, ...children) {
  const held = children.filter((child) => child && child.childNodes.length);
  return held.length ? element('section', {}, element('h3', {}, title), ...held) : undefined;
}

const AT_ONCE = 200;

/** Long lists are made a part at a time. */
function longList(list, items, made) {
  let done = 0;
  const more = button('', () => add(), { class: 'quiet' });
  function add() {
    const to = Math.min(items.length, done + AT_ONCE);
    for (; done < to; done++) list.append(made(items[done], done));
    more.textContent = `Show more (${numbers.format(items.length - done)} left)`;
    more.hidden = done === items.length;
  }
  add();
  return [list, more];
}

/** Any value of a report as elements: fields that no other part of a dialog shows. */
function generic(value, depth = 0) {
  if (value === null || typeof value !== 'object') return evidence(String(value));
  if (depth > 6) return evidence(JSON.stringify(value).slice(0, 2000));
  if (Array.isArray(value)) {
    if (!value.length) return element('span', {}, 'none');
    const list = element('ol', { class: 'plain' });
    for (const one of value.slice(0, AT_ONCE)) list.append(element('li', {}, generic(one, depth + 1)));
    if (value.length > AT_ONCE) list.append(element('li', {}, `and ${numbers.format(value.length - AT_ONCE)} more in report.json`));
    return list;
  }
  return pairs(Object.entries(value).map(([name, held]) => [evidence(name.replaceAll('_', ' ')), generic(held, depth + 1)]));
}
