//! The words of a record: how a file was found, how much of it was proven, what a file system says of it.

use afterimage_signatures::verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By what means the bytes of a file were proven first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// By its own structure, wherever it lay.
    Carved,
    /// By a directory entry of a file system.
    Undeleted,
    /// Put together from pieces.
    Reassembled,
    /// A picture inside another.
    Embedded,
    /// Found in a trash folder.
    Trash,
    /// Found in a backup.
    Backup,
    /// Found in a photo library.
    Library,
    /// Found in an export.
    Export,
    /// Found in a cache.
    Cache,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was deleted.
    Deleted,
    /// It is still there.
    Live,
    /// No file system was asked, or what it says cannot be relied on.
    Unknown,
}

/// How the end of a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Its structure closes there.
    Exact,
    /// All that is known ends there; more may follow.
    Minimum,
    /// A guess.
    Estimated,
}

impl From<verdict::End> for End {
    fn from(end: verdict::End) -> Self {
        match end {
            verdict::End::Exact => End::Exact,
            verdict::End::Minimum => End::Minimum,
            verdict::End::Estimated => End::Estimated,
        }
    }
}

/// How much was proven of a file; each grade claims only what was tested.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// A true beginning; the rest is missing or foreign and was left out.
    Partial,
    /// Complete by structure, but some of it does not decode or could not be read.
    Damaged,
    /// Bytes were borrowed or rewritten to make it viewable.
    Repaired,
    /// The structure closes exactly; its payload has no check, or none was made.
    Structural,
    /// Every byte of the picture is covered by a check that catches foreign bytes.
    Verified,
}

impl Grade {
    /// The word for it in the report.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Partial => "partial",
            Grade::Damaged => "damaged",
            Grade::Repaired => "repaired",
            Grade::Structural => "structural",
            Grade::Verified => "verified",
        }
    }
}

/// A format gives all grades but [`Grade::Repaired`], which is what a repair makes of a file.
impl From<verdict::Grade> for Grade {
    fn from(grade: verdict::Grade) -> Self {
        match grade {
            verdict::Grade::Partial => Grade::Partial,
            verdict::Grade::Damaged => Grade::Damaged,
            verdict::Grade::Structural => Grade::Structural,
            verdict::Grade::Verified => Grade::Verified,
        }
    }
}

/// An archive or a document that holds a photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// What it is: zip (documents of word processors too), tar, pdf, gzip, or tar.gz for a tape archive in gzip.
    pub kind: String,
    /// The name that the photo has in it, as it stands there.
    pub name: Option<String>,
}

impl Enclosure {
    /// An enclosure of that kind in which the photo has that name.
    pub fn new(kind: &str, name: Option<&[u8]>) -> Self {
        let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
        Enclosure { kind: kind.to_owned(), name: name.filter(|name| !name.is_empty()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_called_what_the_report_calls_them() {
        let all =
            [Grade::Partial, Grade::Damaged, Grade::Repaired, Grade::Structural, Grade::Verified];
        for grade in all {
            assert_eq!(serde_json::to_value(grade).unwrap(), grade.name());
        }
    }
}
