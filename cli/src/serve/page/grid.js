// The photos: parts of some cards each, of which the browser lays out those that are seen.

import { by, bytes, element, fates, frame, grades, say, show } from "./words.js";

// Whole rows of every number of columns that the style has, and few enough to be laid out at once.
const partSize = 24;
// So long cards are made, in milliseconds, before the browser may draw again.
const slice = 8;

const grid = by("grid");
const cards = new Map();
const picks = new Map();
let shown = [];
let generation = 0;
let current = null;
let listener = () => {};

export const chosen = new Set();

export function onChoice(call) {
  listener = call;
}

export function clear(next) {
  generation = next;
  shown = [];
  cards.clear();
  picks.clear();
  chosen.clear();
  current = null;
  grid.replaceChildren();
  listener();
}

export async function add(photos) {
  let since = performance.now();
  for (const photo of photos) {
    place(make(photo));
    if (performance.now() - since > slice) {
      await frame();
      since = performance.now();
    }
  }
  show("empty", cards.size === 0);
}

function place(card) {
  let part = grid.lastElementChild;
  if (!part || part.childElementCount >= partSize) {
    part = element("div", { class: "part", role: "presentation" });
    grid.append(part);
  }
  part.append(card);
  if (!current) {
    current = card;
    card.tabIndex = 0;
  }
}

const picture = (photo) => `picture/${generation}/${photo.id}`;

function why(photo) {
  if (photo.fate === "unseen") {
    return fates.unseen[1];
  }
  const kind = photo.kind.toUpperCase();
  return photo.video ? `${kind}: a video, which is not shown here` : `${kind}: no picture to show here`;
}

function image(photo, attributes) {
  const made = element("img", { alt: "", decoding: "async", draggable: "false", ...attributes });
  if (photo.turn) {
    made.classList.add(`turn-${photo.turn}`);
  }
  return made;
}

function make(photo) {
  const face = element("div", { class: "frame" });
  if (photo.picture) {
    const made = image(photo, { loading: "lazy", src: picture(photo) });
    made.addEventListener("error", () => made.replaceWith(element("span", { class: "why" }, why(photo))), { once: true });
    face.append(made);
  } else {
    face.append(element("span", { class: "why" }, why(photo)));
  }
  const state = badge(photo);
  const sub = [photo.taken?.slice(0, 10), bytes(photo.size)].filter(Boolean).join(" · ");
  if (state) {
    face.append(element("span", { class: "badge" }, state));
  }
  const card = element("div", {
    class: photo.live ? "card live" : "card", role: "option", "aria-selected": "false", tabindex: "-1",
    // Not as text in the card: each text costs as much to lay out as the picture.
    "aria-label": [photo.name, sub, photo.kind, grades[photo.grade] ?? photo.grade, state].filter(Boolean).join(", "),
  }, face, element("span", { class: "tick" }), element("bdi", { class: "name" }, photo.name),
  element("span", { class: "sub" }, sub));
  card.dataset.id = photo.id;
  cards.set(photo.id, { photo, card });
  shown.push(photo.id);
  return card;
}

function badge(photo) {
  const fate = photo.live ? "live" : photo.fate;
  if (fate) {
    return fates[fate]?.[0] ?? fate;
  }
  return { partial: "in part", damaged: "damaged", repaired: "repaired" }[photo.grade];
}

export function note(news) {
  for (const pick of news) {
    picks.set(pick.id, pick);
    const known = cards.get(pick.id);
    if (!known) {
      continue;
    }
    let said = known.card.querySelector(".badge.pick");
    if (!said) {
      said = element("span", { class: "badge pick" });
      known.card.querySelector(".badge")?.remove();
      known.card.querySelector(".frame").append(said);
    }
    said.textContent = { waiting: "saving…", saved: "saved", failed: "not saved" }[pick.state];
    known.card.setAttribute("aria-label", `${known.photo.name}, ${said.textContent}`);
  }
}

export function choose(id, is) {
  const known = cards.get(id);
  if (!known) {
    return;
  }
  if (is) {
    chosen.add(id);
  } else {
    chosen.delete(id);
  }
  known.card.setAttribute("aria-selected", String(is));
}

export async function chooseAll(is) {
  const ids = [...shown];
  for (let from = 0; from < ids.length; from += 2000) {
    for (const id of ids.slice(from, from + 2000)) {
      if (!is || !isHidden(cards.get(id)?.photo)) {
        choose(id, is);
      }
    }
    await frame();
  }
  listener();
}

const isHidden = (photo) => !photo || (photo.live && grid.classList.contains("hide-live"));

function toggle(id) {
  choose(id, !chosen.has(id));
  listener();
}

function focus(card) {
  if (current) {
    current.tabIndex = -1;
  }
  current = card;
  card.tabIndex = 0;
  card.focus();
}

// Cards in a row, by where they are drawn.
function columns() {
  const part = current?.parentElement;
  return part ? getComputedStyle(part).gridTemplateColumns.split(" ").length : 1;
}

function move(steps) {
  const ids = shown.filter((id) => !isHidden(cards.get(id).photo));
  const at = ids.indexOf(Number(current?.dataset.id));
  const to = ids[Math.min(Math.max(at + steps, 0), ids.length - 1)];
  if (to !== undefined) {
    focus(cards.get(to).card);
  }
}

grid.addEventListener("keydown", (event) => {
  const steps = {
    ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: () => columns(), ArrowUp: () => -columns(),
    Home: () => -shown.length, End: () => shown.length,
  }[event.key];
  if (steps) {
    move(steps());
  } else if (event.key === " ") {
    toggle(Number(current.dataset.id));
  } else if (event.key === "Enter") {
    open(Number(current.dataset.id));
  } else {
    return;
  }
  event.preventDefault();
});

grid.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card) {
    return;
  }
  const id = Number(card.dataset.id);
  focus(card);
  if (event.target.closest(".tick") || event.ctrlKey || event.metaKey) {
    toggle(id);
  } else {
    open(id);
  }
});

let opened = 0;

function open(id) {
  const known = cards.get(id);
  if (!known) {
    return;
  }
  const { photo } = known;
  opened = id;
  const large = photo.picture ? image(photo, { src: picture(photo), alt: photo.name }) : element("span", { class: "why" }, why(photo));
  by("look-frame").replaceChildren(large);
  say("look-name", photo.name);
  const pick = picks.get(id);
  const facts = [
    ["Folder", photo.folder], ["Taken", photo.taken?.replace("T", " ")], ["Camera", photo.camera],
    ["Size", bytes(photo.size) + (photo.pixels ? `, ${photo.pixels[0]} × ${photo.pixels[1]} pixels` : "")],
    ["State", grades[photo.grade] ?? photo.grade],
    ["On disk", fates[photo.live ? "live" : photo.fate]?.[1]],
    ["Saved as", pick?.path ?? photo.path], ["Not saved", pick?.why],
  ];
  by("look-facts").replaceChildren(...facts.filter(([, value]) => value)
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, element("bdi", {}, value))]));
  tellChoice();
  if (!by("look").open) {
    by("look").showModal();
  }
}

function tellChoice() {
  by("look-choose").textContent = chosen.has(opened) ? "Choose no more" : "Choose this photo";
}

by("look-choose").addEventListener("click", () => {
  toggle(opened);
  tellChoice();
});
by("look").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    move(step);
    open(Number(current.dataset.id));
    event.preventDefault();
  }
});
by("show-live").addEventListener("change", (event) => grid.classList.toggle("hide-live", !event.target.checked));
by("choose-all").addEventListener("click", () => chooseAll(true));
by("choose-none").addEventListener("click", () => chooseAll(false));
