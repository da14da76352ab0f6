//! The files of a report, one by one.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Listed;

/// The files of their own in a report.
pub(super) fn listed(report: &Path) -> io::Result<Vec<Listed>> {
    let reader = BufReader::new(File::open(report)?);
    let mut from = serde_json::Deserializer::from_reader(reader);
    Ok(from.deserialize_map(Files)?)
}

/// Takes the files out of a report one by one, so that only what is listed of them is kept.
struct Files;

impl<'de> Visitor<'de> for Files {
    type Value = Vec<Listed>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut files = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "files" {
                files = map.next_value::<Own>()?.0;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(files)
    }
}

/// Files that lie in no other.
struct Own(Vec<Listed>);

impl<'de> Deserialize<'de> for Own {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Owns).map(Own)
    }
}

/// Reads [`Own`].
struct Owns;

impl<'de> Visitor<'de> for Owns {
    type Value = Vec<Listed>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut files = Vec::new();
        while let Some(mut file) = seq.next_element::<Listed>()? {
            if file.parent.is_none() {
                file.settle();
                files.push(file);
            }
        }
        Ok(files)
    }
}
