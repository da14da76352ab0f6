//! The last names found.

use std::collections::VecDeque;
use std::time::Duration;

use afterimage_engine::options::{Options, Sighting, Sightings, Watcher, Watching};

use super::show::How;
use crate::text::plain;

/// Names that are kept.
const MOST: usize = 3;

/// Photos that wait to be looked at; of more between two looks, only these are.
const MOST_WAITING: usize = 64;

/// The last names found.
#[derive(Debug, Default)]
pub struct Latest {
    sightings: Option<Sightings>,
    names: VecDeque<String>,
}

impl Latest {
    /// Watches a scan with these options, where somebody is shown its progress and nobody else watches it.
    pub fn of(options: &mut Options, how: How) -> Self {
        if how == How::Nowhere || options.watcher.is_some() {
            return Latest::default();
        }
        let (watcher, sightings) = Watcher::channel(MOST_WAITING);
        options.watcher = Some(watcher);
        Latest { sightings: Some(sightings), names: VecDeque::new() }
    }

    /// Takes up what was found since the last look.
    pub fn look(&mut self) {
        for _ in 0..MOST_WAITING {
            let next = self.sightings.as_ref().map(|sightings| sightings.next(Duration::ZERO));
            let Some(Watching::Seen(sighting)) = next else { return };
            self.names.push_front(name(&sighting));
            self.names.truncate(MOST);
        }
    }

    /// The names, the last one first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// What a photo is called, or where it lies.
fn name(sighting: &Sighting) -> String {
    match sighting.path().and_then(|path| path.rsplit('/').next()) {
        Some(name) => plain(name),
        None => format!("{:#x}.{}", sighting.offset(), sighting.extension()),
    }
}
