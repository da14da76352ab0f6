// Asks the program where it stands, again and again, and shows that.

import { browse, newFolder } from "./browse.js";
import * as grid from "./grid.js";
import * as run from "./run.js";
import * as start from "./start.js";
import { get, post } from "./talk.js";
import { by, count, frame, say, show, trouble } from "./words.js";

// Between two questions, in milliseconds.
const pause = 700;

let phase = "";
let generation = 0;
let next = 0;
let picksNext = 0;
let isOver = false;
let isLost = false;
let state = null;

async function photos() {
  for (;;) {
    const said = await get(`api/photos?generation=${generation}&after=${next}&picks_after=${picksNext}`);
    if (said.generation !== generation) {
      generation = said.generation;
      grid.clear(generation);
    }
    next = said.next;
    picksNext = said.picks_next;
    await grid.add(said.photos);
    grid.note(said.picks);
    if (!said.more) {
      return;
    }
    await frame();
  }
}

function enter(now) {
  phase = now;
  show("choose", now === "choosing");
  show("run", now === "scanning");
  show("end", now === "finished" || now === "failed");
  show("photos", now === "scanning" || now === "finished");
  if (now === "choosing") {
    say("lead", "Photos that were deleted are often still there. This finds them, and copies them to another disk.");
    start.devices();
  }
  tellChosen();
}

// What the report says of its files, in its numbers.
function reported({ dry_run: isDry, recovered, unwritten, live, unseen, surpassed, copies }) {
  const parts = [`${recovered.toLocaleString("en")} recovered`];
  const add = (n, text) => {
    if (n > 0) {
      parts.push(`${n.toLocaleString("en")} ${text}`);
    }
  };
  if (isDry) {
    parts[0] = `${recovered.toLocaleString("en")} found, none written yet`;
  }
  add(unwritten, "not written");
  add(live, "still there");
  add(unseen, "with nothing to be seen");
  add(surpassed, "of which a better copy was found");
  add(copies, copies === 1 ? "exact copy left out" : "exact copies left out");
  return parts.join(", ");
}

function tellPhotos() {
  by("show-live").closest("label").hidden = (state.counts?.live ?? state.live) === 0;
  if (state.counts) {
    say("count", reported(state.counts));
    tellUnlisted();
    return;
  }
  const all = state.photos - state.live + (state.unlisted > 0 ? state.unlisted : 0);
  const live = state.live ? `, and ${state.live.toLocaleString("en")} still there` : "";
  say("count", state.photos ? `${count(Math.max(all, 0), "found", "found")}${live}` : "");
  tellUnlisted();
}

function tellUnlisted() {
  show("unlisted", state.unlisted > 0);
  say("unlisted", state.unlisted > 0
    ? `${count(state.unlisted, "more photo is", "more photos are")} not shown here; all of them are in the gallery and in the folder at the end.` : "");
}

function tellChosen() {
  const n = grid.chosen.size;
  const isScanning = phase === "scanning";
  const saved = state?.picks;
  const lines = [];
  if (isScanning && saved && saved.saved + saved.waiting + saved.failed > 0) {
    lines.push(`${count(saved.saved, "photo", "photos")} saved in the folder “chosen” of ${state.output}`);
    if (saved.waiting) { lines.push(`${saved.waiting} on their way`); }
    if (saved.failed) { lines.push(`${saved.failed} could not be saved`); }
  }
  const recovery = phase === "finished" ? state?.recovery : null;
  if (recovery) {
    lines.push(recovery.running ? "Writing …" : [recovery.headline, ...recovery.lines].join(" "));
  }
  const isShown = (isScanning || phase === "finished") && (n > 0 || lines.length > 0);
  show("chosen", isShown);
  document.body.classList.toggle("has-chosen", isShown);
  say("chosen-count", n ? `${count(n, "photo", "photos")} chosen.` : "");
  by("save").disabled = n === 0 || recovery?.running === true;
  by("save").textContent = isScanning ? "Save now, before the end" : "Write them to the folder of this scan";
  by("copy").disabled = by("save").disabled;
  show("copy", phase === "finished");
  say("saved", lines.join("; "));
}

async function look() {
  state = await get("api/state");
  if (state.phase !== phase) {
    enter(state.phase);
  }
  if (phase === "choosing") {
    start.given(state);
    start.forecast(state.forecast);
  } else if (phase === "scanning") {
    run.running(state);
  } else {
    run.ended(state);
  }
  if (phase === "scanning" || phase === "finished") {
    tellPhotos();
    await photos();
  }
  tellChosen();
}

async function loop() {
  while (!isOver) {
    try {
      await look();
      if (isLost) {
        isLost = false;
        trouble("");
      }
    } catch (error) {
      isLost = true;
      trouble(`The program does not answer: it may have ended. ${error.message}`);
    }
    await new Promise((resolve) => { setTimeout(resolve, pause); });
  }
}

async function recover(to) {
  const ids = [...grid.chosen];
  trouble("");
  try {
    await post(phase === "scanning" ? "api/choose" : "api/recover", to ? { ids, to } : { ids });
    await grid.chooseAll(false);
  } catch (error) {
    trouble(error.message);
  }
}

grid.onChoice(tellChosen);
by("save").addEventListener("click", () => recover(null));
by("copy").addEventListener("click", async () => {
  const path = await browse("Choose a folder; the photos go into a new one in it", "", false);
  if (path) {
    recover(newFolder(path, "chosen-photos"));
  }
});
by("quit").addEventListener("click", async () => {
  if (!confirm("End the program? A scan that runs is stopped; what was found by then is kept.")) {
    return;
  }
  try {
    await post("api/quit", {});
    isOver = true;
    document.querySelector("main").hidden = true;
    show("chosen", false);
    say("lead", "The program is ending. You can close this page.");
  } catch (error) {
    trouble(error.message);
  }
});

loop();
