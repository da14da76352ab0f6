// Numbers and facts as people read them, and elements whose content is always text.

const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];

export function bytes(n) {
  let unit = 0;
  let value = n;
  while (value >= 999.95 && unit + 1 < units.length) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) {
    return `${whole} s`;
  }
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function count(n, one, many) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

export const grades = {
  verified: "whole, and checked",
  structural: "whole, as far as its format tells",
  repaired: "repaired",
  damaged: "damaged in places",
  partial: "only its beginning is left",
};

// What the report says became of a photo that was not written: on its tile, and in a sentence.
export const fates = {
  live: ["still there", "Still there by the file system: only listed, not copied"],
  unwritten: ["not written", "Found, and not written: choose it to have it"],
  unseen: ["nothing to be seen", "Only a beginning is left, in which nothing can be seen: not written"],
  surpassed: ["better copy found", "A smaller copy of a photo that was found in better quality: only listed"],
  known: ["known already", "You have it already, by what --known names: only listed"],
  copy: ["exact copy", "The same bytes as another photo: written once only"],
};

export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== false && value !== undefined && value !== null) {
      made.setAttribute(key, value);
    }
  }
  made.append(...content.filter((one) => one !== undefined && one !== null && one !== ""));
  return made;
}

export const by = (id) => document.getElementById(id);

// Sets a text only where it changes, so that a screen reader says it once.
export function say(id, text) {
  const found = by(id);
  if (found.textContent !== text) {
    found.textContent = text;
  }
}

export function show(id, is) {
  by(id).hidden = !is;
}

// What was typed into a field for a secret, which is empty afterwards.
export function taken(id) {
  const typed = by(id).value;
  by(id).value = "";
  return typed;
}

export function trouble(text) {
  say("trouble", text);
  show("trouble", text !== "");
}

export const frame = () => new Promise((resolve) => {
  // A tab that nobody looks at draws nothing, and goes on all the same.
  const timer = setTimeout(resolve, 100);
  requestAnimationFrame(() => { clearTimeout(timer); resolve(); });
});
