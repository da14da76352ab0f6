//! What a FreeDesktop trash folder notes of a file.

use jiff::civil::DateTime;

use crate::model::Moment;

/// What a `.trashinfo` file says.
///
/// Source: FreeDesktop.org, "Trash specification", 1.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrashInfo {
    /// Where the file was: from the root, or on a volume from the folder that the trash folder lies in. Hostile.
    pub(super) path: String,
    /// When it was deleted, as local time.
    pub(super) deleted_at: Option<Moment>,
}

impl TrashInfo {
    /// What these bytes say; nothing where no path stands in them. Of several the first counts.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        lines.find(|line| line.eq_ignore_ascii_case(b"[Trash Info]"))?;
        let (mut path, mut deleted_at) = (None, None);
        for line in lines.take_while(|line| !line.starts_with(b"[")) {
            let Some(equals) = line.iter().position(|byte| *byte == b'=') else { continue };
            let (key, value) =
                (line[..equals].trim_ascii_end(), line[equals + 1..].trim_ascii_start());
            match key {
                b"Path" if path.is_none() => path = Some(decoded(value)),
                b"DeletionDate" if deleted_at.is_none() => deleted_at = moment(value),
                _ => {}
            }
        }
        let path = path.filter(|path| !path.is_empty() && !path.contains('\0'))?;
        Some(TrashInfo { path, deleted_at })
    }
}

/// Text without its percent-encoding; a `%` that two digits do not follow, and a `+`, are themselves.
fn decoded(value: &[u8]) -> String {
    let (mut out, mut at) = (Vec::with_capacity(value.len()), 0);
    while let Some(&byte) = value.get(at) {
        let digit = |at: usize| char::from(*value.get(at)?).to_digit(16);
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Local time, as the specification has it; some programs add a zone.
fn moment(value: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(value).ok()?;
    let civil: DateTime = text.get(..text.len().min(19))?.parse().ok()?;
    let zone = text.get(19..).unwrap_or_default();
    let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let zone = match zone {
        "" => None,
        "Z" => Some("+00:00"),
        zone => Some(zone),
    };
    Moment::parse(&civil.to_string(), zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::places::trash_info::trash_info;

    #[track_caller]
    fn check(text: &str, path: &str, deleted: Option<&str>) {
        let info = TrashInfo::parse(text.as_bytes()).unwrap();
        let moment = info.deleted_at.map(|moment| moment.to_string());
        assert_eq!((&*info.path, moment.as_deref()), (path, deleted));
    }

    #[test]
    fn a_path_is_decoded_and_a_plus_stays() {
        check(
            "[Trash Info]\nPath=/home/u/a%20b+c%25%C3%B1%zz%4.jpg\nDeletionDate=2023-11-14T22:13:20\n",
            "/home/u/a b+c%ñ%zz%4.jpg",
            Some("2023-11-14T22:13:20"),
        );
        check(
            "[Trash Info]\r\nPath=a.jpg\r\nPath=b.jpg\r\n[Other]\nDeletionDate=2023-11-14T22:13:20",
            "a.jpg",
            None,
        );
        check(
            "\n[Trash Info]\nDeletionDate=2023-11-14T22:13:20.5Z\nPath = x",
            "x",
            Some("2023-11-14T22:13:20Z"),
        );
    }

    #[test]
    fn what_has_no_path_is_none() {
        for text in
            ["", "[Trash Info]", "[Trash Info]\nPath=", "Path=a", "[Trash Info]\nPath=a%00b"]
        {
            assert_eq!(TrashInfo::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn any_path_comes_back() {
        bolero::check!().with_type::<String>().for_each(|path| {
            let bytes = trash_info(path, "2023-11-14T22:13:20");
            let info = TrashInfo::parse(&bytes);
            let is_path = !path.is_empty() && !path.contains('\0');
            assert_eq!(info.map(|info| info.path), is_path.then(|| path.clone()));
            TrashInfo::parse(path.as_bytes());
        });
    }
}
