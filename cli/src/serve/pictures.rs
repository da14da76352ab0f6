//! The bytes of photos: small pictures for cards, whole files, and what belongs to a gallery.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::LazyLock;

use afterimage_engine::options::Sighting;
use afterimage_engine::run::{Picks, Results};

use super::card::{Card, MOST_SHOWN, Picture, shown_as};
use super::denial::Denial;
use super::request::decoded;
use super::response::{Body, NOTHING, Response};
use super::session::{PageSession, State};

/// Bytes by which a picture is told.
const HEAD: usize = 16;

/// From where the bytes of a photo come.
enum Origin {
    Seen(Arc<Sighting>, Arc<Picks>),
    Reported(Arc<Results>),
}

/// The picture of a card, by generation and number: `3/17`.
///
/// # Errors
///
/// [`Denial::MISSING`] where there is none, or none yet.
pub fn picture(session: &PageSession, named: &str) -> Result<Response, Denial> {
    let (generation, id) = numbers(named)?;
    let (card, origin) = {
        let state = session.state();
        let card = card(&state, generation, id).ok_or(Denial::MISSING)?.clone();
        let origin = origin(&state, id).ok_or(Denial::MISSING)?;
        (card, origin)
    };
    let found = match (origin, &card.picture) {
        (Origin::Seen(seen, picks), Picture::Whole) => {
            sniffed(picks.bytes(&seen, 0, card.size.min(MOST_SHOWN) as usize))
        }
        (Origin::Seen(seen, picks), Picture::Inner(at, len)) => {
            sniffed(picks.bytes(&seen, *at, (*len).min(MOST_SHOWN) as usize))
        }
        (Origin::Reported(results), Picture::Thumb(path)) => of_file(&results, path),
        (Origin::Reported(results), Picture::Whole) => {
            card.path.as_deref().and_then(|path| of_file(&results, path))
        }
        _ => None,
    };
    found.ok_or(Denial::MISSING)
}

/// Bytes, where they are those of a picture that browsers show.
fn sniffed(bytes: Option<Vec<u8>>) -> Option<Response> {
    let bytes = bytes?;
    Some(Response::evidence(shown_as(&bytes)?, Body::Bytes(bytes)))
}

/// The same of a file of a report, which is not held in memory.
fn of_file(results: &Results, path: &str) -> Option<Response> {
    let mut file = results.file(path).ok()?;
    let len = file.metadata().ok()?.len().min(MOST_SHOWN);
    let kind = shown_as(&start(&mut file)?)?;
    Some(Response::evidence(kind, Body::File(file, len)))
}

/// What belongs to the gallery of a run that is over: `report.html`, its pictures, and files that the report names.
///
/// # Errors
///
/// [`Denial::MISSING`] for all else.
pub fn gallery(session: &PageSession, named: &str) -> Result<Response, Denial> {
    let path = decoded(named).ok_or(Denial::MISSING)?;
    let results = {
        let state = session.state();
        let results = state.results.as_ref().ok_or(Denial::MISSING)?;
        if !is_of_report(&path) && !state.named.has(&path) {
            return Err(Denial::MISSING);
        }
        Arc::clone(results)
    };
    let mut file = results.file(&path).map_err(|_| Denial::MISSING)?;
    let len = file.metadata().map_err(|_| Denial::MISSING)?.len();
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    let (kind, policy) = match extension {
        Some("html") if path == "report.html" => ("text/html; charset=utf-8", gallery_policy()),
        Some("js") if path.starts_with("report/") => ("text/javascript; charset=utf-8", NOTHING),
        Some("css") if path.starts_with("report/") => ("text/css; charset=utf-8", NOTHING),
        _ => {
            let kind = start(&mut file).as_deref().and_then(shown_as);
            (kind.unwrap_or("application/octet-stream"), NOTHING)
        }
    };
    Ok(Response { status: 200, kind, policy, body: Body::File(file, len), is_of_gallery: true })
}

/// What the gallery may do. It comes from a folder that anybody may have made: our own script runs in it and no other,
/// and it is a page without an origin, which cannot ask this server to do anything.
fn gallery_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let own = afterimage_engine::views::gallery_policy();
        format!("{own}; frame-ancestors 'none'; sandbox allow-scripts allow-modals allow-downloads")
    });
    &POLICY
}

/// Whether a path is one of those that views of a report write: letters, digits, and little else.
fn is_of_report(path: &str) -> bool {
    let is_plain = |part: &str| {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(plain)
    };
    let below = path.strip_prefix("report/").is_some_and(|below| below.split('/').all(is_plain));
    path == "report.html" || below
}

fn card(state: &State, generation: u64, id: u64) -> Option<&Card> {
    if generation != state.generation {
        return None;
    }
    // Numbers of a report rise, with gaps.
    let at = state.cards.binary_search_by_key(&id, |card| card.id).ok()?;
    state.cards.get(at)
}

fn origin(state: &State, id: u64) -> Option<Origin> {
    match (&state.running, &state.results) {
        (Some(running), _) => {
            let seen = running.seen.get(usize::try_from(id).ok()?.checked_sub(1)?)?;
            Some(Origin::Seen(Arc::clone(seen), Arc::clone(&running.picks)))
        }
        (None, Some(results)) => Some(Origin::Reported(Arc::clone(results))),
        (None, None) => None,
    }
}

fn numbers(named: &str) -> Result<(u64, u64), Denial> {
    let (generation, id) = named.split_once('/').ok_or(Denial::MISSING)?;
    let number = |text: &str| text.parse().map_err(|_| Denial::MISSING);
    Ok((number(generation)?, number(id)?))
}

/// The first bytes of a file, which is at its start again then.
fn start(file: &mut File) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut head).ok()?;
    file.seek(SeekFrom::Start(0)).ok()?;
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_views_write_is_of_a_report() {
        for path in ["report.html", "report/thumbs/12.jpg", "report/thumbs/0/a_b-c.webp"] {
            assert!(is_of_report(path), "{path}");
        }
        let others = [
            "report.json",
            "report/",
            "report/../report.json",
            "report/thumbs/..",
            "report//a",
            "report/.x",
            "/report.html",
            ".afterimage/scan.log",
            "photos/a.jpg",
            "report/a b",
            "report/a\\b",
            "",
        ];
        for path in others {
            assert!(!is_of_report(path), "{path}");
        }
    }
}
