//! Which photos of a backup somebody asks for.

use jiff::civil::Date;

use crate::model::{Moment, Origin, Record, Status};
use crate::places::label::Label;

/// A kind of picture, as phones tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture that stands still.
    Photo,
    /// A film.
    Video,
    /// A Live Photo: a picture and its film.
    Live,
    /// Something that the place marks with that word, such as `screenshot`.
    Marked(&'static str),
}

/// Which photos of a backup somebody asks for; what is not set asks for all.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Names of albums, of which one is enough; capital letters or small ones do not matter.
    pub albums: Vec<String>,
    /// Taken on that day or later.
    pub from: Option<Date>,
    /// Taken on that day or earlier.
    pub to: Option<Date>,
    /// Kinds, of which one is enough.
    pub kinds: Vec<Kind>,
    /// Only what is deleted on the phone.
    pub deleted: bool,
    /// Only favourites.
    pub favourites: bool,
}

/// What the place says of a favourite.
const FAVOURITE: &str = "favourite";

/// What the place says of a Live Photo.
const LIVE: &str = "live-photo";

impl Choice {
    /// Whether a file is asked for: of backups alone. `is_video` tells of its content.
    pub fn takes(&self, label: Option<&Label>, record: &Record, is_video: bool) -> bool {
        let is_marked = |mark: &str| label.is_some_and(|label| label.marks.contains(&mark));
        label.is_some_and(|label| label.origin == Origin::Backup)
            && self.is_in_album(label)
            && self.is_in_time(label, record)
            && (!self.deleted || label.is_some_and(|label| label.status == Status::Deleted))
            && (!self.favourites || is_marked(FAVOURITE))
            && (self.kinds.is_empty()
                || self.kinds.iter().any(|kind| match kind {
                    Kind::Photo => !is_video,
                    Kind::Video => is_video,
                    Kind::Live => is_marked(LIVE) || record.content_identifier.is_some(),
                    Kind::Marked(mark) => is_marked(mark),
                }))
    }

    fn is_in_album(&self, label: Option<&Label>) -> bool {
        let is_same = |one: &String, other: &String| one.to_lowercase() == other.to_lowercase();
        let albums = label.map_or(&[][..], |label| &label.albums);
        self.albums.is_empty()
            || albums.iter().any(|one| self.albums.iter().any(|other| is_same(one, other)))
    }

    /// By the date on the wall where it was taken. What has no date at all is not in a span of time.
    fn is_in_time(&self, label: Option<&Label>, record: &Record) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let Some(date) = taken(label, record).map(|moment| moment.civil.date()) else {
            return false;
        };
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// When a photo was taken: by its camera, by the place, or as its file says.
fn taken(label: Option<&Label>, record: &Record) -> Option<Moment> {
    let by_camera = record
        .exif
        .as_ref()
        .and_then(|exif| Moment::parse(exif.taken.as_deref()?, exif.utc_offset.as_deref()));
    let by_place = || label.and_then(|label| label.taken.or(label.modified));
    by_camera.or_else(by_place).or(record.facts.modified)
}
