//! A page on loopback that is the whole program for people who fear a terminal: choose a card, watch a scan, look at
//! what is found while it runs, recover.
//!
//! The page is in the browser, all that it shows is in this process. It is as safe as the command line: the same
//! checks of the output folder, sources that are only read. Who may use it is settled in [`checks`]: only whoever has
//! the address, which holds a secret of 128 bits that lives as long as the process. The page asks no other place for
//! anything.
//!
//! Every address begins with `/TOKEN/`, but for `/open/CODE`: the browser that this program opens goes there, once, and
//! is led to the page; see [`visit`]. What is only looked at is asked for by GET; what does something, or tells of
//! paths, by POST with JSON, from our own page alone.
//!
//! | request | answer |
//! |---|---|
//! | GET `` | the page |
//! | GET `page.css`, `icon.svg`, `main.js`, `talk.js`, `words.js`, `start.js`, `browse.js`, `grid.js`, `run.js` | its parts |
//! | GET `api/state` | where the session stands: phase, progress, speed, counts, what was chosen, what it came to |
//! | GET `api/photos?generation=G&after=N&picks_after=M` | up to 200 photos after the N-th, up to 200 news of chosen ones; those of another generation than G from the first on |
//! | GET `api/devices` | drives and cards, and what can be hoped for |
//! | GET `picture/G/ID` | the picture of a card: one inside the photo, the photo itself, or that of the report |
//! | GET `gallery/report.html`, `gallery/report/...` | the gallery of a run that is over, and its parts |
//! | GET `gallery/PATH` | any file that the report names |
//! | POST `api/browse` `{path}` | what lies in a folder |
//! | POST `api/suggest` `{path}` | folders for what is found in that source |
//! | POST `api/check` `{source, output}` | whether a scan may begin, and what to know before; whether one is to be gone on with, and asks for a key |
//! | POST `api/forecast` `{path}` | begins to find out what a scan will find |
//! | POST `api/scan` `{source, output, all, resume, passphrase}` | starts a scan, or goes on with one as it was begun; its encrypted volumes by that key |
//! | POST `api/stop` `{}` | stops what runs, with a report of what it has |
//! | POST `api/open` `{path}` | shows a run that is over |
//! | POST `api/choose` `{ids}` | writes photos to `DIR/chosen/` while the scan runs |
//! | POST `api/recover` `{ids, to}` | writes photos of a run that is over |
//! | POST `api/again` `{}` | back to the beginning |
//! | POST `api/quit` `{}` | ends the program |
//!
//! One thing is done at a time: a scan, a recovery, or opening a result. What is asked for meanwhile is refused with 409
//! and a sentence that says what runs; see [`claim`]. All that is read of a source is read at one pace, that of
//! `--read-limit`.
//!
//! What cannot be done is answered with `{"error": WHY}` in words for the page. What is refused has a status of its
//! own (400, 403, 404, 405, 408, 409, 413, 415, 500, 503) and, but for 409, one line on stderr.
//!
//! No crate for servers is used: the small ones put no limit on the length of a line, on the number of headers, on
//! connections, or on time, and this one listens where every program of the machine can talk to it. The text of a
//! request is parsed by `httparse`; what is around it is in [`request`] and [`server`].

mod advising;
pub mod announced;
mod browse;
pub mod busy;
mod card;
mod checks;
pub mod claim;
mod counts;
mod denial;
pub mod ending;
pub mod live;
mod named_paths;
mod page;
pub mod passphrase;
mod peer;
mod picking;
mod pictures;
mod plan;
mod recovery;
mod request;
mod response;
mod routes;
mod scanning;
pub mod server;
pub mod session;
mod token;
mod told;
mod typed_path;
mod visit;
mod words;
mod worker;
