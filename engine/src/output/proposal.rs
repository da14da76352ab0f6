//! The name that a file would get if it were the only one.

use super::naming::{self, NamingFacts, OutputFolder};
use crate::model::{Fidelity, Grade, Record};
use crate::options::Arrange;

/// The folder, below that of photos, for smaller pictures of photos that were not found themselves.
const PREVIEWS: &str = "previews";

/// The folder for photos that are in no album, where they are arranged by album.
const NO_ALBUM: &str = "no album";

/// The path of a file below the output folder; `is_inner` tells whether it lies in another file.
pub(crate) fn proposed(record: &Record, is_inner: bool, arrange: Arrange) -> String {
    let exif = record.exif.as_ref();
    let listed = record.listed.as_ref().and_then(|listed| listed.date);
    let listed = listed.map(|moment| moment.read_in(None).civil.to_string());
    let folder = match record.grade {
        _ if is_inner => OutputFolder::Embedded,
        Grade::Verified | Grade::Structural | Grade::Repaired => OutputFolder::Photos,
        Grade::Partial | Grade::Damaged => OutputFolder::Partial,
    };
    let below = below(record, arrange);
    naming::path(&NamingFacts {
        folder,
        original: below.as_deref(),
        taken: exif.and_then(|exif| exif.taken.as_deref()).or(listed.as_deref()),
        make: exif.and_then(|exif| exif.make.as_deref()),
        model: exif.and_then(|exif| exif.model.as_deref()),
        offset: record.offset(),
        extension: &record.extension,
    })
}

/// Where a file goes by its name, as far as it has one.
fn below(record: &Record, arrange: Arrange) -> Option<String> {
    let (path, name) = (record.facts.path.as_deref()?, record.facts.name()?);
    let arranged = match arrange {
        Arrange::Original => path.to_owned(),
        Arrange::Date => format!("{}/{name}", day(record).as_deref().unwrap_or("undated")),
        Arrange::Album => {
            let album = record.place.as_ref().and_then(|place| place.albums.first());
            // An album may be called "Spring / Summer": that is one folder.
            let album = album.map(|album| album.replace('/', "-"));
            format!("{}/{name}", album.as_deref().unwrap_or(NO_ALBUM))
        }
    };
    let is_small = record.place.as_ref().is_some_and(|place| place.fidelity <= Fidelity::Preview);
    Some(if is_small { format!("{PREVIEWS}/{arranged}") } else { arranged })
}

/// The day on which a photo was taken, by its own word or that of its place, or last modified.
fn day(record: &Record) -> Option<String> {
    let own = record.exif.as_ref().and_then(|exif| exif.taken.clone());
    let told = record.place.as_ref().and_then(|place| place.taken);
    let known = own.or_else(|| Some(told.or(record.facts.modified)?.to_string()))?;
    let day = known.get(..10)?;
    day.parse::<jiff::civil::Date>().ok().filter(|day| day.year() > 0)?;
    Some(day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use crate::model::{Moment, PlaceFacts};

    #[test]
    fn a_photo_of_a_place_goes_by_its_path_its_day_or_its_album() {
        let mut file = record(0, 100);
        file.extension = "jpg".into();
        file.facts.path = Some("DCIM/100APPLE/IMG_0001.JPG".to_owned());
        let path = |file: &Record, arrange| proposed(file, false, arrange);
        assert_eq!(path(&file, Arrange::Original), "photos/DCIM/100APPLE/IMG_0001.JPG");
        assert_eq!(path(&file, Arrange::Date), "photos/undated/IMG_0001.JPG");
        assert_eq!(path(&file, Arrange::Album), "photos/no album/IMG_0001.JPG");
        file.place = Some(Box::new(PlaceFacts {
            from: "x".to_owned(),
            place: Some("iPhone backup".to_owned()),
            fidelity: Fidelity::Original,
            taken: Moment::utc(1_715_961_802, 0),
            expires_at: None,
            albums: vec!["Sea / Sun".to_owned()],
            marks: Vec::new(),
            shows: None,
            is_surpassed: false,
        }));
        assert_eq!(path(&file, Arrange::Date), "photos/2024-05-17/IMG_0001.JPG");
        assert_eq!(path(&file, Arrange::Album), "photos/Sea - Sun/IMG_0001.JPG");
        file.place.as_mut().unwrap().fidelity = Fidelity::Thumbnail;
        assert_eq!(path(&file, Arrange::Original), "photos/previews/DCIM/100APPLE/IMG_0001.JPG");
    }
}
