// Choosing a file or a folder of this computer, which a page cannot do by itself.

import { post } from "./talk.js";
import { by, bytes, element, say, show } from "./words.js";

let done = () => {};
let here = null;
let wantsFiles = false;

// Lets the person choose; gives the path, or nothing.
export function browse(title, from, files) {
  wantsFiles = files;
  say("browse-title", title);
  show("browse-take", !files);
  by("browse").showModal();
  go(from);
  return new Promise((resolve) => {
    done = resolve;
  });
}

async function go(path) {
  try {
    here = await post("api/browse", { path });
  } catch (error) {
    say("browse-trouble", error.message);
    show("browse-trouble", true);
    if (here === null && path !== "") {
      go("");
    }
    return;
  }
  show("browse-trouble", false);
  say("browse-path", here.path);
  const base = here.path.endsWith(here.separator) ? here.path : here.path + here.separator;
  const up = here.parent ? [entry("One folder up", "", () => go(here.parent))] : [];
  const names = here.names.filter((one) => one.folder || wantsFiles).map((one) => one.folder
    ? entry(`${one.name}${here.separator}`, "", () => go(base + one.name))
    : entry(one.name, bytes(one.size), () => take(base + one.name)));
  const more = here.left_out ? [element("li", {}, `and ${here.left_out} more, which are not shown`)] : [];
  by("browse-list").replaceChildren(...up, ...names, ...more);
}

function entry(name, size, act) {
  const button = element("button", { type: "button" }, element("bdi", {}, name), element("span", {}, size));
  button.addEventListener("click", act);
  return element("li", {}, button);
}

// A new folder in the one that was chosen, by a name that is free there.
export function newFolder(path, name) {
  const known = new Set(here.names.map((one) => one.name));
  let free = name;
  for (let n = 2; known.has(free); n += 1) {
    free = `${name}-${n}`;
  }
  return folderIn(path, free);
}

// The folder of that name in the one that was chosen.
export function folderIn(path, name) {
  return (path.endsWith(here.separator) ? path : path + here.separator) + name;
}

function take(path) {
  const tell = done;
  done = () => {};
  by("browse").close();
  tell(path);
}

by("browse-take").addEventListener("click", () => take(here?.path ?? ""));
by("browse").addEventListener("close", () => done(""));
