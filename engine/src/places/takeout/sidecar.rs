//! The JSON beside a photo in an export.

use serde::Deserialize;

use crate::model::Moment;

/// What an export says of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sidecar {
    /// The name under which it was uploaded. Hostile.
    pub title: String,
    /// When it was taken, in seconds since 1970 in UTC.
    pub taken: Option<i64>,
    /// Latitude and longitude in ten-millionths of a degree.
    pub coordinates: Option<(i32, i32)>,
    /// Whether it lay in the trash.
    pub is_trashed: bool,
    /// Whether it was archived.
    pub is_archived: bool,
    /// Whether it was a favourite.
    pub is_favourite: bool,
    /// Whether it lay in the locked folder.
    pub is_locked: bool,
}

/// What a file of JSON in an export is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    /// It is of a photo.
    Photo(Sidecar),
    /// It is of the album with that title.
    Album(String),
}

/// The fields as Google writes them; the rest is left alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    title: Option<String>,
    photo_taken_time: Option<Time>,
    geo_data: Option<Place>,
    geo_data_exif: Option<Place>,
    /// Only an album has it.
    date: Option<Time>,
    access: Option<serde_json::Value>,
    trashed: Option<bool>,
    archived: Option<bool>,
    favorited: Option<bool>,
    in_locked_folder: Option<bool>,
    /// Album titles stood in here before 2020.
    album_data: Option<Box<AlbumData>>,
}

#[derive(Deserialize)]
struct AlbumData {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Time {
    /// Seconds, as text or as a number.
    timestamp: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Place {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// No photo and no album has a longer title, in bytes: a title is kept for every file that it is of.
const LONGEST_TITLE: usize = 1 << 10;

/// Reads a file of JSON; nothing when it is none of a photo or an album.
pub(super) fn read(json: &[u8]) -> Option<Json> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let written: Written = serde_json::from_slice(json).ok()?;
    let is_short = |title: &String| title.len() <= LONGEST_TITLE;
    if let Some(title) = written.album_data.and_then(|album| album.title).filter(is_short) {
        return Some(Json::Album(title));
    }
    let title = written.title.filter(is_short)?;
    let Some(taken) = written.photo_taken_time else {
        let is_album = written.date.is_some() || written.access.is_some();
        return is_album.then_some(Json::Album(title));
    };
    let places = [written.geo_data, written.geo_data_exif];
    Some(Json::Photo(Sidecar {
        title,
        taken: taken.timestamp.and_then(seconds),
        coordinates: places.into_iter().flatten().find_map(coordinates),
        is_trashed: written.trashed.unwrap_or(false),
        is_archived: written.archived.unwrap_or(false),
        is_favourite: written.favorited.unwrap_or(false),
        is_locked: written.in_locked_folder.unwrap_or(false),
    }))
}

impl Sidecar {
    /// When it was taken.
    pub(super) fn moment(&self) -> Option<Moment> {
        Moment::utc(self.taken?, 0)
    }
}

fn seconds(value: serde_json::Value) -> Option<i64> {
    match value {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// Nothing for the point where the equator meets Greenwich, which stands for none.
fn coordinates(place: Place) -> Option<(i32, i32)> {
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    let is_none = latitude == 0.0 && longitude == 0.0;
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    let scaled = |degrees: f64| (degrees * 1e7).round() as i32;
    (is_on_earth && !is_none).then(|| (scaled(latitude), scaled(longitude)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_told_from_an_album() {
        let photo = br#"{"title":"IMG_1.jpg","photoTakenTime":{"timestamp":"1700000000","formatted":"x"},
            "geoData":{"latitude":0.0,"longitude":0.0},"geoDataExif":{"latitude":-33.5,"longitude":151.25},
            "trashed":true,"people":[{"name":"A"}]}"#;
        let Some(Json::Photo(sidecar)) = read(photo) else { panic!("no photo") };
        assert_eq!(sidecar.title, "IMG_1.jpg");
        assert_eq!(sidecar.moment().unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(sidecar.coordinates, Some((-335_000_000, 1_512_500_000)));
        assert!(sidecar.is_trashed && !sidecar.is_archived && !sidecar.is_favourite);
        let album = br#"{"title":"Holidays","description":"","access":"protected","date":{"timestamp":"1"}}"#;
        assert_eq!(read(album), Some(Json::Album("Holidays".to_owned())));
        for other in
            [&b"{}"[..], b"[1]", b"{\"title\":\"package\"}", b"", b"\xff", b"{\"title\":3}"]
        {
            assert_eq!(read(other), None);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            let _any = read(bytes);
        });
    }
}
