// Before a scan: which card, what can be hoped for, where to.

import { browse, folderIn } from "./browse.js";
import { get, post } from "./talk.js";
import { by, bytes, element, say, show, taken, trouble } from "./words.js";

const hopes = {
  good: ["Good: ", "good"],
  possible: ["Possible: ", ""],
  unlikely: ["Unlikely: ", "bad"],
  "not-possible": ["Not possible: ", "bad"],
};

let wasTyped = false;
let unfinished = false;
let asked = 0;
let checked = 0;

// What the program is still asked about the choice; its answers move what stands below them.
const open = new Set();

function awaited(answer) {
  open.add(answer);
  by("choose").setAttribute("aria-busy", "true");
  return answer.finally(() => {
    open.delete(answer);
    by("choose").setAttribute("aria-busy", String(open.size > 0));
  });
}

export async function devices() {
  say("device-note", "");
  try {
    const { devices: all, note } = await get("api/devices");
    by("devices").replaceChildren(by("devices").firstElementChild, ...all.map(device));
    say("device-note", note ?? (all.length === 0 ? "No drive was found." : ""));
  } catch (error) {
    say("device-note", error.message);
  }
  show("device-note", by("device-note").textContent !== "");
}

function device(one) {
  const input = element("input", { type: "radio", name: "device", value: one.path });
  input.addEventListener("change", () => source(one.path));
  const [word, kind] = hopes[one.hope] ?? ["", ""];
  const inside = [...(one.file_systems ?? []), ...one.partitions.flatMap((part) => part.file_systems ?? [])];
  const names = inside.map((found) => found.label ? `${found.type} “${found.label}”` : found.type);
  const mounts = [...one.mounts, ...one.partitions.flatMap((part) => part.mounts)].map((mount) => mount.point);
  return element("label", { class: "option" }, input, element("span", {},
    element("b", {}, `${one.model ?? one.backing ?? one.name}, ${one.size ? bytes(one.size) : "nothing in it"}`),
    element("span", {}, [one.path, one.removable ? "removable" : "built in", ...names].join(", ")),
    mounts.length ? element("span", {}, `In use at ${mounts.join(", ")}`) : "",
    element("span", { class: kind }, word + one.why)));
}

// A source is chosen: what can be found there may be asked for, and folders are suggested.
function source(path) {
  by("source").value = path;
  ready();
  return awaited(suggest(path));
}

async function suggest(path) {
  const mine = ++asked;
  try {
    const { folders } = await post("api/suggest", { path });
    if (mine !== asked) {
      return;
    }
    by("folders").replaceChildren(by("folders").firstElementChild, ...folders.map(folder));
    // Not under the hands of whoever types there.
    if (!wasTyped && document.activeElement !== by("output") && folders.length) {
      by("folders").querySelector("input").checked = true;
      await output(folders[0].path);
    }
  } catch (error) {
    trouble(error.message);
  }
}

function folder(one) {
  const input = element("input", { type: "radio", name: "folder", value: one.path });
  input.addEventListener("change", () => output(one.path));
  const room = `${bytes(one.free)} free${one.enough ? "" : ": may be too little"}`;
  return element("label", { class: "option" }, input, element("span", {}, element("b", {}, one.path),
    element("span", { class: one.enough ? "" : "bad" }, room)));
}

function output(path) {
  by("output").value = path;
  ready();
  return check();
}

// What the command line would refuse is said before the start.
function check() {
  return awaited(asking());
}

async function asking() {
  const mine = ++checked;
  const [from, to] = [by("source").value, by("output").value];
  const said = await answer(from, to);
  // A later choice has its own answer.
  if (mine !== checked) {
    return;
  }
  unfinished = said.unfinished;
  show("key-form", said.key);
  by("check-said").replaceChildren(...said.lines.map((line) => element("p", { class: "alert" }, line)));
  by("start").textContent = unfinished ? "Go on with the scan" : "Look for my photos";
}

async function answer(from, to) {
  if (!from || !to) {
    return { unfinished: false, key: false, lines: [] };
  }
  try {
    const { unfinished = false, key = false, notes } = await post("api/check", { source: from, output: to });
    return { unfinished, key, lines: unfinished ? ["A scan into this folder was not finished. It is gone on with."] : notes };
  } catch (error) {
    return { unfinished: false, key: false, lines: [error.message] };
  }
}

function ready() {
  by("forecast").disabled = !by("source").value;
  by("start").disabled = !by("source").value || !by("output").value;
}

// What the command line has chosen already.
export function given(state) {
  if (state.sources.length && !by("source").value) {
    if (state.output) {
      wasTyped = true;
      by("output").value = state.output;
    }
    source(state.sources[0]).then(check);
  }
}

export function forecast(said) {
  if (!said) {
    by("forecast-said").replaceChildren();
    return;
  }
  const lines = said.running ? [`Looking at ${said.source} …`] : said.lines;
  const text = lines.join("\n");
  if (by("forecast-said").dataset.text !== text) {
    by("forecast-said").dataset.text = text;
    by("forecast-said").replaceChildren(...lines.map((line) => element("p", { class: said.failed ? "alert" : "" }, line)));
  }
  by("forecast").disabled = said.running || !by("source").value;
}

by("look-again").addEventListener("click", devices);
by("source").addEventListener("change", (event) => source(event.target.value));
by("source").addEventListener("input", ready);
by("output").addEventListener("input", () => { wasTyped = true; ready(); });
by("output").addEventListener("change", check);
by("browse-source").addEventListener("click", async () => {
  const path = await browse("Choose the image of a card", by("source").value, true);
  if (path) {
    source(path);
  }
});
by("browse-output").addEventListener("click", async () => {
  const path = await browse("Choose a folder; the photos go into a new one in it", "", false);
  if (path) {
    wasTyped = true;
    output(folderIn(path, "recovered-photos"));
  }
});
by("forecast").addEventListener("click", async () => {
  try {
    await post("api/forecast", { path: by("source").value });
  } catch (error) {
    trouble(error.message);
  }
});
by("start").addEventListener("click", async () => {
  by("start").disabled = true;
  trouble("");
  try {
    // Whether a scan is begun or gone on with is known by then.
    await Promise.all(open);
    const key = by("key-form").hidden ? {} : { passphrase: taken("key") };
    await post("api/scan", { source: by("source").value, output: by("output").value, all: by("all").checked, resume: unfinished, ...key });
  } catch (error) {
    trouble(error.message);
  }
  ready();
});
by("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  by("start").click();
});
by("open-results").addEventListener("click", async () => {
  const path = await browse("Choose the folder of an earlier result", by("output").value, false);
  if (path) {
    try {
      trouble("");
      await post("api/open", { path });
    } catch (error) {
      trouble(error.message);
    }
  }
});
