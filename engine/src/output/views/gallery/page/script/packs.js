// Packs: blocks of data in the page, base64 of zlib of JSON, opened one by one and only when they are needed.

function unbase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const made = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) made[at] = raw.charCodeAt(at);
  return made;
}

/** What a block of the page holds. */
async function opened(block) {
  const inflated = new Blob([unbase64(block.textContent.trim())]).stream()
    .pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(inflated).text());
}

const isLoading = () => document.readyState === 'loading';

/** Resolves before the next picture is painted, and soon where none is. */
const nextFrame = () => new Promise((resume) => {
  const late = setTimeout(resume, 60);
  requestAnimationFrame(() => {
    clearTimeout(late);
    setTimeout(resume, 0);
  });
});

/** The block of that name as soon as all of it was read; undefined where the page ends without it. */
async function block(id) {
  for (;;) {
    const wasLoading = isLoading();
    const found = byId(id);
    if (found && (found.nextElementSibling || !wasLoading)) return found;
    if (!wasLoading) return undefined;
    await nextFrame();
  }
}

/** The packs of a kind, in order, while the page is still being read. */
async function* packs(kind) {
  for (let number = 0; ; number++) {
    const found = await block(kind + '-' + number);
    if (!found) return;
    const held = await opened(found);
    found.textContent = '';
    yield held;
    await breathe();
  }
}

const KEPT_PACKS = 4;
const keptPacks = new Map();

/** All that the report says of the file at a position. */
async function wholeFile(position) {
  const number = files.pack[position];
  if (!keptPacks.has(number)) {
    const found = await block('whole-' + number);
    if (!found) return undefined;
    keptPacks.set(number, await opened(found));
    if (keptPacks.size > KEPT_PACKS) keptPacks.delete(keptPacks.keys().next().value);
  }
  return keptPacks.get(number)[files.row[position]];
}
