//! Where a recovered photo goes below the output folder: pure functions, no I/O.
//!
//! A name comes from the file system where one still knew it, else from date and camera, else
//! from the offset. All of it was read from the source and is hostile, so all of it is cleaned.

mod camera;
mod component;
mod extension;
mod taken;

pub use taken::TakenPaths;

use jiff::civil::DateTime;

/// The folders, the file's own name included, that are kept of a path from a source. Cameras use
/// three; sixteen components of [`component::MAX_LEN`] bytes still fit a path of any system.
const MAX_DEPTH: usize = 16;

/// The folders below the output folder that hold photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFolder {
    /// Verified, structural and repaired photos.
    Photos,
    /// Partial and damaged ones.
    Partial,
    /// Thumbnails, previews and other pictures inside pictures.
    Embedded,
}

impl OutputFolder {
    /// Its name on disk.
    pub const fn name(self) -> &'static str {
        match self {
            OutputFolder::Photos => "photos",
            OutputFolder::Partial => "partial",
            OutputFolder::Embedded => "embedded",
        }
    }
}

/// What is known that can name a photo.
#[derive(Clone, Copy, Debug)]
pub struct NamingFacts<'a> {
    /// Where it belongs.
    pub folder: OutputFolder,
    /// The path that a file system knew, with `/` between its parts.
    pub original: Option<&'a str>,
    /// When it was taken, as civil time: `2023-11-14T15:42:13`.
    pub taken: Option<&'a str>,
    /// Who made the camera, as Exif has it.
    pub make: Option<&'a str>,
    /// The camera, as Exif has it.
    pub model: Option<&'a str>,
    /// Where the photo begins, in bytes from the start of the source.
    pub offset: u64,
    /// What a file of its format ends in, without the dot.
    pub extension: &'a str,
}

/// The path of a photo below the output folder, with `/` between its components.
///
/// The result is relative, holds no `.` or `..`, and every component is a name that Linux, macOS
/// and Windows accept. Two photos may get the same one: [`TakenPaths`] tells them apart.
pub fn path(facts: &NamingFacts<'_>) -> String {
    let known = facts.original.and_then(|original| cleaned(original, facts.extension));
    let below = known.unwrap_or_else(|| generated(facts));
    format!("{}/{below}", facts.folder.name())
}

/// A path from elsewhere, made harmless, with `/` between its components; none when nothing in it names a file.
///
/// It is relative, holds no `.` or `..`, and every component is a name that Linux, macOS and Windows accept. The
/// extension stays as it is: nothing is known of what the file holds.
pub fn safe_path(original: &str) -> Option<String> {
    cleaned(original, "")
}

/// A path from a source, cleaned, with an extension that fits; none when nothing in it names a file.
fn cleaned(original: &str, extension: &str) -> Option<String> {
    let named = |part: &&str| !matches!(*part, "" | "." | "..") && !is_drive(part);
    // What is called by a step names no file.
    original.rsplit('/').find(|part| !part.is_empty()).filter(named)?;
    let mut parts: Vec<String> =
        original.rsplit('/').filter(named).take(MAX_DEPTH).map(component::clean).collect();
    if let Some(name) = parts.first_mut() {
        *name = component::clean(&extension::fitting(name, extension));
    }
    parts.reverse();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Whether a component is a drive of Windows, such as `C:`.
fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// A path from date, camera and offset.
fn generated(facts: &NamingFacts<'_>) -> String {
    let NamingFacts { offset, extension, .. } = facts;
    let (folder, name) = match facts.taken.and_then(civil) {
        Some(taken) => {
            let day = taken.strftime("%Y-%m-%d").to_string();
            let time = taken.strftime("%H%M%S");
            let name = match camera::slug(facts.make, facts.model) {
                Some(camera) => format!("{camera}_{time}_{offset:#x}.{extension}"),
                None => format!("{time}_{offset:#x}.{extension}"),
            };
            (day, name)
        }
        None => ("undated".to_owned(), format!("{offset:#x}.{extension}")),
    };
    format!("{folder}/{}", component::clean(&name))
}

/// A date that a calendar has. Cameras whose clock was never set write zeros, which is none.
fn civil(taken: &str) -> Option<DateTime> {
    taken.parse::<DateTime>().ok().filter(|taken| taken.year() > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNKNOWN: NamingFacts<'static> = NamingFacts {
        folder: OutputFolder::Photos,
        original: None,
        taken: None,
        make: None,
        model: None,
        offset: 0x1a2_b000,
        extension: "jpg",
    };

    fn original(original: &str) -> String {
        path(&NamingFacts { original: Some(original), ..UNKNOWN })
    }

    #[test]
    fn a_known_name_is_kept() {
        assert_eq!(original("DCIM/100CANON/IMG_0001.JPG"), "photos/DCIM/100CANON/IMG_0001.JPG");
        assert_eq!(original("/Été à Paris/🏖.jpeg"), "photos/Été à Paris/🏖.jpeg");
        let partial =
            NamingFacts { folder: OutputFolder::Partial, original: Some("a.jpg"), ..UNKNOWN };
        assert_eq!(path(&partial), "partial/a.jpg");
    }

    #[test]
    fn a_hostile_name_stays_below_its_folder() {
        assert_eq!(original("../../etc/passwd"), "photos/etc/passwd.jpg");
        assert_eq!(original("/etc/./passwd/"), "photos/etc/passwd.jpg");
        assert_eq!(original("DCIM/.."), "photos/undated/0x1a2b000.jpg");
        assert_eq!(original("C:/Users/../x.jpg"), "photos/Users/x.jpg");
        assert_eq!(original("//server/share/x.jpg"), "photos/server/share/x.jpg");
        // No separator of any file system's paths here, but one to Windows.
        assert_eq!(original(r"a\..\b.jpg"), "photos/a_.._b.jpg");
        assert_eq!(original("a/.\u{202e}./b.jpg"), "photos/a/_/b.jpg");
        assert_eq!(original("DCIM/nul.jpg"), "photos/DCIM/_nul.jpg");
    }

    #[test]
    fn a_path_of_which_only_the_name_is_known_keeps_its_extension() {
        assert_eq!(safe_path("../Été/a.JPG.txt").as_deref(), Some("Été/a.JPG.txt"));
        assert_eq!(safe_path("C:/nul\u{202e}.jpg").as_deref(), Some("_nul.jpg"));
        assert_eq!(safe_path("a/.."), None);
    }

    #[test]
    fn a_deep_path_keeps_what_is_nearest_to_the_file() {
        let deep = "a/".repeat(1000) + "b/x.jpg";
        let kept = original(&deep);
        assert_eq!(kept, format!("photos/{}b/x.jpg", "a/".repeat(MAX_DEPTH - 2)));
    }

    #[test]
    fn a_name_without_a_file_counts_as_unknown() {
        for nothing in ["", "/", "../..", ".", "C:/"] {
            assert_eq!(original(nothing), "photos/undated/0x1a2b000.jpg");
        }
    }

    #[test]
    fn an_unknown_name_is_made_of_date_camera_and_offset() {
        let dated = NamingFacts { taken: Some("2023-11-14T15:42:13"), ..UNKNOWN };
        assert_eq!(path(&dated), "photos/2023-11-14/154213_0x1a2b000.jpg");
        let canon = NamingFacts {
            make: Some("Canon"),
            model: Some("Canon EOS R6"),
            extension: "cr3",
            ..dated
        };
        assert_eq!(path(&canon), "photos/2023-11-14/canon-eos-r6_154213_0x1a2b000.cr3");
        assert_eq!(path(&NamingFacts { taken: None, ..canon }), "photos/undated/0x1a2b000.cr3");
    }

    #[test]
    fn an_impossible_date_is_none() {
        for never in
            ["0000-00-00T00:00:00", "2023-02-30T10:00:00", "../../../../x", "-000001-01-01"]
        {
            let facts = NamingFacts { taken: Some(never), ..UNKNOWN };
            assert_eq!(path(&facts), "photos/undated/0x1a2b000.jpg");
        }
    }

    /// Text made of what is dangerous in a path, and of anything else.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            prop::sample::select(vec![
                "/", "\\", "..", ".", " ", ":", "C:", "CON", "nul", "COM1", "LPT³", "<", "|", "?",
                "\u{0}", "\u{7f}", "\u{85}", "\u{202e}", "\u{2066}", "\u{feff}", "ß", "IMG",
                ".JPG",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,3}",
            "[a-z. ]{150,260}",
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn every_path_is_safe_and_stable(
            original in prop::option::of(hostile()),
            taken in prop::option::of(hostile()),
            make in prop::option::of(hostile()),
            model in prop::option::of(hostile()),
            offset: u64,
        ) {
            let facts = NamingFacts {
                original: original.as_deref(),
                taken: taken.as_deref(),
                make: make.as_deref(),
                model: model.as_deref(),
                offset,
                ..UNKNOWN
            };
            let path = path(&facts);
            let below = path.strip_prefix("photos/").unwrap();
            let parts: Vec<&str> = below.split('/').collect();
            prop_assert!((1..=MAX_DEPTH).contains(&parts.len()));
            for part in parts {
                prop_assert!(!matches!(part, "" | "." | ".."));
                prop_assert!(part.len() <= component::MAX_LEN, "{part:?}");
                prop_assert!(!part.ends_with(['.', ' ']));
                prop_assert!(!part.chars().any(|c| c.is_control() || "\\:<>\"|?*".contains(c)));
                prop_assert_eq!(component::clean(part), part);
            }
            let again = super::path(&NamingFacts { original: Some(below), ..facts });
            prop_assert_eq!(again, path);
        }
    }
}
