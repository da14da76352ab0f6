//! When a photo was taken, as the time of its file.

use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;

use crate::control::error::Error;
use crate::model::{Moment, Record};
use crate::system::folder::Folder;

/// Sets the time of the file `name` in `folder` to when the photo was taken, by its own word or that of the place
/// it was in; or, where neither says, last modified; else to the date of a list that it is on. A clock that does not
/// tell its zone is read by `zone` or else as local time, as a person
/// would.
///
/// # Errors
///
/// When the file cannot be opened.
pub fn set_times(
    folder: &Folder,
    name: &str,
    record: &Record,
    zone: Option<&TimeZone>,
) -> Result<(), Error> {
    let Some(time) = time(record, zone) else { return Ok(()) };
    let failed = |error| Error::output("set the time of", &folder.path().join(name), error);
    let file = folder.change(name).map_err(failed)?;
    // A time that the disk cannot hold is no reason to lose a photo.
    drop(file.set_modified(time));
    Ok(())
}

fn time(record: &Record, zone: Option<&TimeZone>) -> Option<SystemTime> {
    let exif = record.exif.as_ref();
    let taken =
        exif.and_then(|exif| Moment::parse(exif.taken.as_deref()?, exif.utc_offset.as_deref()));
    let seconds = |moment: Moment| moment.read_in(zone).instant();
    let told = record.place.as_ref().and_then(|place| place.taken);
    let listed = record.listed.as_ref().and_then(|listed| listed.date);
    let known = [taken, told, record.facts.modified, listed];
    let seconds = known.into_iter().flatten().find_map(seconds)?;
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let epoch = SystemTime::UNIX_EPOCH;
    if seconds < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use afterimage_signatures::exif::Exif;

    #[test]
    fn the_camera_s_time_counts_before_the_file_system_s() {
        let mut file = record(0, 1);
        let seconds = |file: &Record| {
            let time = time(file, Some(&TimeZone::UTC))?;
            Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(seconds(&file), None);
        file.facts.modified = Moment::parse("1970-01-02T00:00:00", Some("+02:00"));
        assert_eq!(seconds(&file), Some(79_200));
        let taken = |text: &str| Some(Exif { taken: Some(text.to_owned()), ..Exif::default() });
        file.exif = taken("1970-01-02T00:00:00");
        assert_eq!(seconds(&file), Some(86_400), "the zone that was given");
        file.exif = taken("0000-00-00T00:00:00");
        assert_eq!(seconds(&file), Some(79_200));
    }
}
