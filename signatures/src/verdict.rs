//! What the bytes say: a [`Verdict`] on a file that is there, or a [`Reject`].
//!
//! Neither is a failure. All offsets count from the candidate's first byte.

use std::borrow::Cow;

/// Why a candidate is not the file that its magic promised.
///
/// Most candidates end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reject {
    /// The view ends `missing` bytes before the structure at `at` does.
    #[error("truncated: the structure at {at:#x} lacks {missing} bytes")]
    Truncated {
        /// Where the structure begins.
        at: u64,
        /// How many bytes it lacks.
        missing: u64,
    },
    /// The field `what` at `at` has a value that the format forbids.
    #[error("malformed: bad {what} at {at:#x}")]
    Malformed {
        /// Where the field lies.
        at: u64,
        /// The field's name.
        what: &'static str,
    },
    /// The checksum stored at `at` is not the one computed.
    #[error("checksum at {at:#x} is {stored:08x}, expected {computed:08x}")]
    Checksum {
        /// Where the checksum lies.
        at: u64,
        /// What is stored there.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// More than a named limit was asked for at `at`.
    #[error("over budget: {len} at {at:#x}")]
    OverBudget {
        /// Where the number lies.
        at: u64,
        /// The number.
        len: u64,
    },
    /// A sound file of another kind: another format of the registry knows it.
    #[error("not this format: {what}")]
    Other {
        /// What tells it apart.
        what: &'static str,
    },
}

impl Reject {
    /// Where the bytes stopped making sense; 0 where that cannot be said.
    pub fn at(&self) -> u64 {
        match *self {
            Reject::Truncated { at, .. }
            | Reject::Malformed { at, .. }
            | Reject::Checksum { at, .. }
            | Reject::OverBudget { at, .. } => at,
            Reject::Other { .. } => 0,
        }
    }
}

/// How much was proven. Each grade claims only what was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// A true beginning; the rest is missing or foreign and is not part of the file.
    Partial,
    /// Complete by structure, but some of it does not decode or could not be read.
    Damaged,
    /// The structure closes exactly; its payload has no check, or none was made.
    Structural,
    /// Every byte of the picture is covered by a check that catches foreign bytes.
    Verified,
}

/// How the end of the file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The structure says so and closes there.
    Exact,
    /// Everything known ends here, but more may follow.
    Minimum,
    /// A guess.
    Estimated,
}

/// A range of the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Span {
    /// First byte.
    pub at: u64,
    /// Length in bytes.
    pub len: u64,
}

impl Span {
    /// The range from `at` to before `end`; empty when `end` comes first.
    pub fn between(at: u64, end: u64) -> Self {
        Span { at, len: end.saturating_sub(at) }
    }

    /// The first byte after it.
    pub fn end(&self) -> u64 {
        self.at.saturating_add(self.len)
    }

    /// Whether `other` lies wholly inside.
    pub fn holds(&self, other: Span) -> bool {
        self.at <= other.at && other.end() <= self.end()
    }
}

/// What an unchecked range is for, which decides whose a photo inside it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Delimited by the structure and opaque to it (a JPEG segment, an Exif block): a picture
    /// found in it belongs to this file.
    Metadata,
    /// Picture data that no check covers: a proven photo in it is a photo of its own, and this
    /// file ends before it.
    Payload,
    /// A part of the picture that begins as a file of its own does, such as a JPEG tile: nothing
    /// found in it is a picture, neither of its own nor inside this file.
    Part,
    /// After the picture, appended by a camera or a program; treated as metadata.
    Trailer,
}

/// A range of the file that no check covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Unchecked {
    /// Where it lies.
    pub span: Span,
    /// What it is for.
    pub role: Role,
}

/// What a child is to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kinship {
    /// A small picture for lists.
    Thumbnail,
    /// A larger rendering of the same picture.
    Preview,
    /// Another picture of the same shot: MPF, dual camera, a further frame.
    Secondary,
    /// The gain map of an HDR picture.
    GainMap,
    /// The video of a motion photo.
    Motion,
    /// Found inside without the structure saying what it is.
    Inner,
}

impl Kinship {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kinship::Thumbnail => "thumbnail",
            Kinship::Preview => "preview",
            Kinship::Secondary => "secondary",
            Kinship::GainMap => "gainmap",
            Kinship::Motion => "motion",
            Kinship::Inner => "inner",
        }
    }
}

/// A picture that the file's structure points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// Where it lies in the parent. A length of 0 means that only its beginning is known.
    pub span: Span,
    /// What it is to the parent.
    pub kinship: Kinship,
}

/// Which Image File Directory an Exif block starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExifKind {
    /// IFD0, as in every TIFF and Exif block.
    Primary,
    /// The Exif directory, as in CR3's `CMT2`.
    Exif,
    /// The GPS directory, as in CR3's `CMT4`.
    Gps,
}

/// Where a file keeps Exif data: a TIFF structure that begins at `span.at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExifBlock {
    /// The TIFF header and all that its offsets may reach.
    pub span: Span,
    /// What its first directory is.
    pub kind: ExifKind,
}

/// Something worth telling about a file that does not make it another file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Issue {
    /// Where it shows.
    pub at: u64,
    /// What it is: lower case, no final dot.
    pub what: Cow<'static, str>,
}

impl Issue {
    /// An issue at `at`.
    pub fn new(at: u64, what: impl Into<Cow<'static, str>>) -> Self {
        Issue { at, what: what.into() }
    }
}

/// How many issues one file may have; what comes after them says nothing new.
pub const MOST_ISSUES: usize = 32;

/// How many children one file may have.
pub const MOST_CHILDREN: usize = 64;

/// How many bytes a [`Verdict::terminator`] may have: a report holds them all.
pub const MOST_FILL: usize = 64 << 10;

/// How a picture goes on across a [`Joint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Continuity {
    /// It breaks: what follows is not what belongs there.
    Broken,
    /// Nothing can be told: too little is there to compare, or it is too even or too busy.
    Unproven,
    /// It goes on as a picture does, and other places of it would not fit there.
    Sound,
}

/// Where two runs of a file join inside picture data, and how the picture goes on there.
///
/// That the data decodes is said by [`Grade`]; this is about what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joint {
    /// The first byte after the joint.
    pub at: u64,
    /// How the picture goes on.
    pub continuity: Continuity,
}

/// How far a file that lies in several runs proves that they belong together.
///
/// Most checks of payloads catch a foreign cluster often, not always: when many layouts are tried, one of them
/// passes by chance. So a layout that was chosen needs more than the check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Joints {
    /// Nothing but the check of the payload ties one run to the next.
    #[default]
    Untested,
    /// Checksums of 32 bits cover the bytes on both sides of every joint outside [`Verdict::unchecked`].
    Checksummed,
    /// At these joints the format looked how the picture goes on, in order. Others lie where it has nothing to
    /// compare: in headers, or in data that codes details only.
    Seen(Vec<Joint>),
}

/// What a format found out about a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Length of the file in bytes; of a partial one, of what is true of it.
    pub len: u64,
    /// How the end is known.
    pub end: End,
    /// How much was proven.
    pub grade: Grade,
    /// File name extension, lower case, without the dot.
    pub extension: &'static str,
    /// Media type.
    pub mime: &'static str,
    /// What was tested, in a few words.
    pub proof: &'static str,
    /// Width and height of the picture in pixels, as stored (before any rotation).
    pub pixels: Option<(u32, u32)>,
    /// Of a partial file: which part of the picture it shows, from 0 to 1, where it is known.
    pub share: Option<f32>,
    /// Bytes that make a partial file one that viewers open; they follow its own. At most
    /// [`MOST_FILL`].
    pub terminator: Cow<'static, [u8]>,
    /// What no check covers, in order and without overlaps.
    pub unchecked: Vec<Unchecked>,
    /// Pictures that the structure points at, in order of offset.
    pub children: Vec<Child>,
    /// Where Exif data lies.
    pub exif: Vec<ExifBlock>,
    /// Of the video of a Live Photo: what its picture repeats in Exif.
    pub content_identifier: Option<String>,
    /// What else is to be said.
    pub issues: Vec<Issue>,
    /// How far it is proven that the runs which it lies in belong together.
    pub joints: Joints,
}

impl Verdict {
    /// A file of `len` bytes whose structure closes there and of which nothing else is known.
    pub fn structural(len: u64, extension: &'static str, mime: &'static str) -> Self {
        Verdict {
            len,
            end: End::Exact,
            grade: Grade::Structural,
            extension,
            mime,
            proof: "structure",
            pixels: None,
            share: None,
            terminator: Cow::Borrowed(&[]),
            unchecked: Vec::new(),
            children: Vec::new(),
            exif: Vec::new(),
            content_identifier: None,
            issues: Vec::new(),
            joints: Joints::default(),
        }
    }

    /// Notes an issue, unless there are [`MOST_ISSUES`] already.
    pub fn note(&mut self, at: u64, what: impl Into<Cow<'static, str>>) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue::new(at, what));
        }
    }
}
