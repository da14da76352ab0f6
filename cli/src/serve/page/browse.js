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

function take(path) {
  const tell = done;
  done = () => {};
  by("browse").close();
  tell(path);
}

by("browse-take").addEventListener("click", () => take(here?.path ?? ""));
by("browse").addEventListener("close", () => done(""));
