// Taking: the list of what is selected, and the commands that recover or export just these.

const LIST_NAME = 'afterimage-selection.txt';

/** The list that `--select` reads: ids of the report, each below a comment that names its file. */
function listOf(positions) {
  const lines = ['# Selected in the gallery of an afterimage report: ' + count(positions.length, 'file', 'files') + '.',
    '# Each number is the "id" of a file in report.json; lines that begin with # are comments.',
    '# The report was finished ' + facts.finished + '.'];
  for (const at of positions) lines.push('# ' + shown(cut(files.path[at] || files.name[at], 300)), String(files.id[at]));
  return lines.join('\n') + '\n';
}

const isWindows = /^\/[A-Za-z]:/.test(location.pathname) || navigator.platform.startsWith('Win');

/** The folder of a page at `host` and `pathname`, as its system writes it. */
function folderOf(host, pathname, onWindows) {
  let path = pathname.replace(/\/[^/]*$/, '') || '/';
  try {
    path = decodeURIComponent(path);
  } catch {
    // A name that is no UTF-8 stays as it stands in the address.
  }
  if (!onWindows) return path;
  path = path.replaceAll('/', '\\');
  if (host) return '\\\\' + host + path;
  // A drive alone would be the folder in which a shell happens to be on it.
  return path.replace(/^\\/, '').replace(/^([A-Za-z]:)$/, '$1\\.');
}

/** The folder of the report, as a command line needs it. */
function folder() {
  const path = location.protocol === 'file:' ? folderOf(location.host, location.pathname, isWindows) : facts.folder || 'DIR';
  return path.startsWith('-') ? './' + path : path;
}

/** How shells take a word as it is, and which words need none of that. */
const SHELLS = {
  sh: { plain: /^[\w./:@%+,-]+$/, quoted: (text) => "'" + text.replaceAll("'", "'\\''") + "'" },
  // Some take quotation marks of print for quotes, too; each stands for itself where it stands twice.
  'PowerShell': { plain: /^[\w.:\\/-]+$/, quoted: (text) => "'" + text.replace(/['‘’‚‛]/g, '$&$&') + "'" },
  // It replaces %NAME% within quotes, but not where a percent sign stands outside of them after a caret.
  'Command Prompt': { plain: /^[\w.:\\/-]+$/, quoted: (text) => ('"' + text.replace(/\\+$/, '$&$&') + '"').replaceAll('%', '"^%"') },
};

/** A word as a shell takes it as it is. */
function quoted(text, shell) {
  const { plain, quoted: enclosed } = SHELLS[shell];
  return plain.test(text) ? text : enclosed(text);
}

/** What can be done with the selection: what it is, and the command line, one for each shell where they differ. */
function commands() {
  const whats = [
    ['Recover them into a folder of their own', (dir) => `afterimage recover ${dir} --select ${LIST_NAME} --to chosen`],
    ['Recover those that are not in this folder yet', (dir) => `afterimage recover ${dir} --select ${LIST_NAME}`],
    ['Arrange copies of them in another folder', (dir) => `afterimage export ${dir} --select ${LIST_NAME} --to photos`],
  ];
  const shells = isWindows ? ['PowerShell', 'Command Prompt'] : ['sh'];
  const dirs = shells.map((shell) => [shell, quoted(folder(), shell)]);
  const differ = dirs.some(([, dir]) => dir !== dirs[0][1]);
  return whats.flatMap(([what, line]) => differ
    ? dirs.map(([shell, dir]) => [`${what} (${shell})`, line(dir)])
    : [[what, line(dirs[0][1])]]);
}

function copy(text, said) {
  const done = () => { said.textContent = 'Copied'; };
  const failed = () => { said.textContent = 'Select the text and copy it'; };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, failed);
  else failed();
}

function download(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = element('a', { href: url, download: LIST_NAME });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60e3);
}

function showTaking() {
  const positions = [...selection].sort((a, b) => a - b);
  const rows = commands().map(([what, line]) => {
    const said = button('Copy', () => copy(line, said), { 'aria-label': 'Copy: ' + what });
    return element('div', { class: 'command' }, element('p', {}, what), element('pre', { tabindex: '0', role: 'region', 'aria-label': what }, shown(line)), said);
  });
  const size = positions.reduce((sum, at) => sum + files.size[at], 0);
  const unwritten = positions.filter((at) => !files.path[at]).length;
  showDialog(byId('taking'), closer(byId('taking')),
    element('h2', { id: 'taking-name' }, count(positions.length, 'file', 'files') + ' selected, ' + bytes(size)),
    element('p', {}, facts.head.redacted?.length ? 'This page is of a copy for sharing, without photos: the commands are for the folder that it was made of.'
      : unwritten === 0 ? 'All of them are written already, in the folder of this page.'
      : `${count(unwritten, 'is', 'are')} not written yet; to recover ${unwritten === 1 ? 'it' : 'them'}, the card or image must be where it was.`),
    element('h3', {}, '1. Save the list'),
    element('p', {}, 'A text that holds the numbers of the selected files in this report, one a line, each with its name as a comment. No picture is in it.'),
    button('Save ' + LIST_NAME, () => download(listOf(positions)), { class: 'strong', id: 'save-list' }),
    element('h3', {}, '2. Run a command in the folder where the list was saved'), ...rows);
}

byId('take').addEventListener('click', showTaking);
byId('taking').addEventListener('close', () => byId('take').focus());
