// While a scan runs, and when it is over.

import { post } from "./talk.js";
import { by, bytes, count, duration, element, grades, say, show, taken, trouble } from "./words.js";

const steps = {
  opening: "Opening it, and asking its file system.",
  reading: "Looking for photos. You can look at them, and save some, while it goes on.",
  stopping: "Stopping. What was found is written, in a moment.",
  sorting: "Almost done: sorting out names and copies, and writing the photos.",
};

let last = null;

export function running(state) {
  last = state;
  say("lead", steps[state.step] ?? "");
  const bar = by("bar");
  if (state.total > 0) {
    bar.value = state.scanned / state.total;
  } else {
    bar.removeAttribute("value");
  }
  const numbers = [];
  if (state.total > 0) {
    numbers.push(`${Math.floor((100 * state.scanned) / state.total)} %`, `${bytes(state.scanned)} of ${bytes(state.total)}`);
  }
  if (state.speed && state.step === "reading") {
    numbers.push(`${bytes(Math.round(state.speed))}/s`);
    if (state.left !== null && state.left !== undefined) {
      numbers.push(`about ${duration(state.left)} left`);
    }
  }
  say("numbers", numbers.join(" · "));
  facts(state);
  by("stop").disabled = state.step !== "reading" && state.step !== "opening";
}

function facts(state) {
  const kinds = Object.entries(state.formats).map(([name, n]) => `${name} ${n}`);
  const found = Object.entries(state.grades).map(([name, n]) => `${count(n, "photo", "photos")}: ${grades[name] ?? name}`);
  const live = state.live ? [`${count(state.live, "photo", "photos")} still there`] : [];
  const lines = [...found, ...live, kinds.length ? `By format: ${kinds.join(", ")}` : ""].filter(Boolean);
  const text = lines.join("\n");
  if (by("facts").dataset.text !== text) {
    by("facts").dataset.text = text;
    by("facts").replaceChildren(...lines.map((line) => element("li", {}, line)));
  }
}

export function ended(state) {
  last = state;
  const said = state.ended ?? { headline: "", lines: [] };
  say("lead", state.phase === "failed" ? "That did not work." : "The scan is over.");
  say("end-title", said.headline);
  const lines = [...(said.failure ? [said.failure] : []), ...said.lines];
  by("end-lines").replaceChildren(...lines.map((line) => element("li", {}, line)));
  const isWritten = state.phase === "finished" && state.counts?.recovered > 0 && !state.counts.dry_run;
  say("end-where", isWritten ? `The photos are in ${state.output}: whole ones in the folder photos, others in partial.` : "");
  show("gallery", state.gallery);
  const goesOn = said.incomplete === true && state.phase === "finished" && !state.from_terminal;
  show("go-on", goesOn);
  show("go-on-form", goesOn && said.key === true);
  show("again", !state.from_terminal);
}

async function act(path, value) {
  trouble("");
  try {
    await post(path, value);
  } catch (error) {
    trouble(error.message);
  }
}

by("stop").addEventListener("click", () => act("api/stop", {}));
by("again").addEventListener("click", () => act("api/again", {}));
by("go-on").addEventListener("click", () => {
  const key = by("go-on-form").hidden ? {} : { passphrase: taken("go-on-key") };
  return act("api/scan", { source: last.sources[0], output: last.output, resume: true, ...key });
});
by("go-on-form").addEventListener("submit", (event) => {
  event.preventDefault();
  by("go-on").click();
});
