// Texts and elements. Evidence is only ever shown as text, and what would steer or hide it is made visible.

const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text of evidence in which control characters and marks of direction can be seen. */
function shown(text) {
  return text.replace(STEERING, (letter) => {
    const code = letter.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return '\u27e8U+' + code.toString(16).toUpperCase().padStart(4, '0') + '\u27e9';
  });
}

/** The beginning and the end of a text that is longer than `most` letters. */
function cut(text, most) {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return (text.slice(0, half) + '\u2026' + text.slice(-half)).replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, '')
    .replace(/(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1');
}

/** An element with attributes and children; strings become text, never markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') made.className = value;
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** A text of evidence as an element of its own, so that its direction turns nothing around it. */
function evidence(text, most = Infinity) {
  return element('bdi', {}, shown(cut(text, most)));
}

/** A button that does something. */
function button(label, action, attributes = {}) {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', action);
  return made;
}

const byId = (id) => document.getElementById(id);

const numbers = new Intl.NumberFormat('en');

/** `1 photo`, `1,200 photos`. */
function count(n, one, many) {
  return numbers.format(n) + ' ' + (n === 1 ? one : many);
}

/** Bytes in the decimal units that are printed on cards and disks. */
function bytes(n) {
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  if (n < 1000) return count(n, 'byte', 'bytes');
  let [value, unit] = [n / 1000, 0];
  while (value >= 999.95 && unit + 1 < units.length) [value, unit] = [value / 1000, unit + 1];
  return value.toFixed(1) + ' ' + units[unit];
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?/;

/** `4 May 2024, 10:12` from the digits of a moment in RFC 3339; the clock is that of the text. */
function moment(text) {
  const parts = MOMENT.exec(text);
  if (!parts || !MONTHS[parts[2] - 1]) return shown(text);
  const day = Number(parts[3]) + ' ' + MONTHS[parts[2] - 1] + ' ' + parts[1];
  return parts[4] === undefined ? day : day + ', ' + parts[4] + ':' + parts[5];
}

/** Milliseconds that order moments by the clock of their text; NaN where it is none. */
function instant(text) {
  const parts = MOMENT.exec(text);
  return parts ? Date.UTC(parts[1], parts[2] - 1, parts[3], parts[4] || 0, parts[5] || 0, parts[6] || 0) : NaN;
}

/** The address of a file below the folder of this page; undefined where a path could lead anywhere else. */
function address(path) {
  const parts = path.split('/');
  const leads = (part) => part === '' || part === '.' || part === '..' || /[\\\u0000]/.test(part);
  if (parts.some(leads)) return undefined;
  try {
    return './' + parts.map(encodeURIComponent).join('/');
  } catch {
    return undefined;
  }
}
