//! A format is data plus one function.

use crate::oracle::Oracle;
use crate::verdict::{Reject, Verdict};
use crate::view::View;

/// Bytes that tell where a file of some format may begin.
#[derive(Clone, Copy, Debug)]
pub struct Magic {
    /// Offset of `bytes` from the file's first byte.
    pub at: u16,
    /// At least three bytes, the first of which is not zero: zero-led patterns make the packed
    /// matcher stop at every byte of an empty disk.
    pub bytes: &'static [u8],
    /// What stands at the file's first byte besides, where that alone is too common to look for.
    pub head: &'static [u8],
    /// What must hold besides in every file that begins so, at the cost of a few reads. It is asked
    /// once, and not by each of the formats that share the magic.
    pub gate: Option<Gate>,
}

/// Whether the file at the view's start may be one of those that share a magic.
pub type Gate = fn(&mut View<'_>) -> bool;

impl Magic {
    /// Bytes that tell enough by themselves.
    pub const fn new(at: u16, bytes: &'static [u8]) -> Self {
        Magic { at, bytes, head: &[], gate: None }
    }

    /// Bytes further on in files that begin with `head`.
    pub const fn after(head: &'static [u8], at: u16, bytes: &'static [u8]) -> Self {
        Magic { at, bytes, head, gate: None }
    }

    /// Bytes that many formats share, and what must hold in all of them.
    pub const fn gated(at: u16, bytes: &'static [u8], gate: Gate) -> Self {
        Magic { at, bytes, head: &[], gate: Some(gate) }
    }

    /// Whether a file that starts with these bytes begins so; the gate is not asked.
    pub fn begins(&self, start: &[u8]) -> bool {
        let rest = start.get(usize::from(self.at)..).unwrap_or(&[]);
        start.starts_with(self.head) && rest.starts_with(self.bytes)
    }

    /// How many bytes of a file show whether it begins so.
    pub fn reach(&self) -> usize {
        usize::from(self.at) + self.bytes.len()
    }
}

/// The grid on which files begin on disks, in bytes.
pub(crate) const SECTOR: usize = 512;

/// What a format's files are to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// A finished picture.
    Photo,
    /// Sensor data.
    Raw,
    /// Moving pictures.
    Video,
}

/// What there is to say of a format without looking at a file.
#[derive(Debug)]
pub struct Signature {
    /// Short name, unique, lower case: what `--format` takes and the report prints.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Extensions of its files, the usual one first.
    pub extensions: &'static [&'static str],
    /// Extensions in the name of a file that its bytes may fit all the same, where they get the usual
    /// one here.
    pub aliases: &'static [&'static str],
    /// Which group it belongs to.
    pub group: Group,
    /// Where its files may begin: any of these, or of [`Format::short_magic`].
    pub magic: &'static [Magic],
    /// No file is shorter, in bytes.
    pub min_len: u64,
    /// How its end is found, for people.
    pub end_rule: &'static str,
    /// What the best grade rests on and how many of its bytes that covers, for people.
    pub proof: &'static str,
    /// The standard or project that this was learned from.
    pub source: &'static str,
}

/// How hard to look at a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effort {
    /// The structure only: no checksums, no decoding. No grade above structural.
    Structure,
    /// Everything that the format can prove.
    Proof,
}

/// One recoverable file type: how to find it and where it ends.
///
/// Implementations are pure. They do no I/O, never panic, never recurse on data, never allocate
/// by a length that they read, and take time linear in the bytes they cover.
///
/// ```
/// use afterimage_signatures::{Buffer, Effort, Reject, Runs, View, formats};
///
/// let png = formats::by_name("png").expect("it is built in");
/// assert_eq!(png.signature().extensions, ["png"]);
///
/// // Text that begins as a PNG does: the verdict says where it stops making sense.
/// let bytes = &b"\x89PNG\r\n\x1a\n is how every file of the format begins"[..];
/// assert!(png.signature().magic[0].begins(bytes));
/// let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
/// let verdict = png.measure(&mut View::new(&bytes, &runs, &mut buffer), Effort::Proof);
/// assert_eq!(verdict, Err(Reject::Malformed { at: 8, what: "IHDR" }));
/// ```
pub trait Format: Sync {
    /// What the scanner looks for; known at compile time.
    fn signature(&self) -> &'static Signature;

    /// Magics of two bytes, at a file's first byte: each is looked for by a search of its own, so
    /// that there should be few, with a gate each.
    fn short_magic(&self) -> &'static [Magic] {
        &[]
    }

    /// Measures the file whose first byte is the view's byte 0.
    ///
    /// The view usually holds more than the file; it ends where the source does.
    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject>;

    /// A fresh oracle for a file of this format, where the format has one.
    fn oracle(&self) -> Option<Box<dyn Oracle>> {
        None
    }
}
