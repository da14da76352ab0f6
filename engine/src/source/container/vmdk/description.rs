//! The text that describes a disk.

use crate::source::container::opening::Opening;
use crate::source::container::refusal::Refusal;

/// Bytes of a text that are read.
pub(super) const MOST_TEXT: u64 = 4 << 20;

/// The identity of a parent that there is not.
const NO_PARENT: u32 = u32::MAX;

/// What the text says.
#[derive(Default)]
pub(super) struct Description {
    cid: Option<u32>,
    parent_cid: Option<u32>,
    pub(super) parent_name: Option<String>,
    pub(super) extents: Vec<Extent>,
}

/// A part of the disk.
pub(super) struct Extent {
    /// Sectors of it.
    pub(super) sectors: u64,
    pub(super) kind: Kind,
    /// The word for its kind.
    pub(super) word: String,
    pub(super) name: String,
    /// Where it begins in its file, in sectors.
    pub(super) start: u64,
}

/// How a part lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Flat,
    Sparse,
    Zero,
    Other,
}

impl Description {
    /// Whether a file is such a text.
    pub(super) fn is_one(opening: &Opening<'_>) -> bool {
        const MOST_LINE: u64 = 256;
        if !opening.starts(0, b"#") {
            return false;
        }
        let head = opening.read(0, opening.len().min(MOST_LINE)).unwrap_or_default();
        let line: Vec<u8> =
            head.split(|byte| matches!(byte, b'\n' | b'\r')).next().map_or(Vec::new(), |line| {
                line.iter().filter(|byte| **byte != b' ').map(u8::to_ascii_lowercase).collect()
            });
        line.starts_with(b"#diskdescriptorfile")
    }

    /// The text in a file of its own.
    pub(super) fn read(opening: &Opening<'_>) -> Result<Self, Refusal> {
        let text = opening.read(0, opening.len().min(MOST_TEXT));
        Ok(Self::parse(&text.ok_or_else(|| Refusal::damaged("description"))?))
    }

    /// Takes what is known out of a text; the encoding of names is believed to be UTF-8.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut description = Description::default();
        for line in String::from_utf8_lossy(text).lines() {
            let line = line.trim().trim_end_matches('\0');
            if let Some(extent) = Extent::parse(line) {
                description.extents.push(extent);
            } else if let Some((key, value)) = line.split_once('=') {
                let value = value.trim().trim_matches('"');
                let number = || u32::from_str_radix(value, 16).ok();
                match key.trim() {
                    "CID" => description.cid = number(),
                    "parentCID" => description.parent_cid = number(),
                    "parentFileNameHint" => description.parent_name = Some(value.to_owned()),
                    _ => {}
                }
            }
        }
        description
    }

    /// What the disk is known by: it changes when somebody writes to the disk.
    pub(super) fn id(&self) -> Option<[u8; 16]> {
        self.cid.map(id)
    }

    /// The same of the parent, where there is one.
    pub(super) fn parent_id(&self) -> Option<[u8; 16]> {
        self.parent_cid.filter(|cid| *cid != NO_PARENT).map(id)
    }
}

fn id(cid: u32) -> [u8; 16] {
    u128::from(cid).to_be_bytes()
}

impl Extent {
    /// From a line such as `RW 4192256 FLAT "disk-flat.vmdk" 0`.
    fn parse(line: &str) -> Option<Self> {
        let (access, rest) = line.split_once(' ')?;
        let is_known = ["RW", "RDONLY", "NOACCESS"].contains(&access);
        let (sectors, rest) = rest.trim_start().split_once(' ').filter(|_| is_known)?;
        let rest = rest.trim();
        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let kind = match word {
            "FLAT" | "VMFS" => Kind::Flat,
            "SPARSE" | "VMFSSPARSE" => Kind::Sparse,
            "ZERO" => Kind::Zero,
            _ => Kind::Other,
        };
        let mut quoted = rest.split('"');
        let name = quoted.nth(1).unwrap_or_default().to_owned();
        let start = quoted.next().unwrap_or_default().trim().parse().unwrap_or(0);
        Some(Extent { sectors: sectors.parse().ok()?, kind, word: word.to_owned(), name, start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_parts_and_parent() {
        let text = b"# Disk DescriptorFile\r\nversion=1\r\nCID=fffffffe\r\nparentCID=0a0b0c0d\r\n\
            parentFileNameHint=\"base disk.vmdk\"\r\n\r\n# Extents\r\nRW 4192256 SPARSE \"a s001.vmdk\"\r\n\
            RW 63 FLAT \"a-flat.vmdk\" 128\r\nNOACCESS 8 ZERO\r\nRW 1 VMFSRDM \"x\"\r\nRW x FLAT \"y\"\r\n\0\0";
        let description = Description::parse(text);
        assert_eq!(description.id(), Some(id(0xffff_fffe)));
        assert_eq!(description.parent_id(), Some(id(0x0a0b_0c0d)));
        assert_eq!(description.parent_name.as_deref(), Some("base disk.vmdk"));
        let told: Vec<_> = description
            .extents
            .iter()
            .map(|part| (part.sectors, part.kind, &*part.name, part.start))
            .collect();
        assert_eq!(
            told,
            [
                (4_192_256, Kind::Sparse, "a s001.vmdk", 0),
                (63, Kind::Flat, "a-flat.vmdk", 128),
                (8, Kind::Zero, "", 0),
                (1, Kind::Other, "x", 0),
            ]
        );
        assert_eq!(Description::parse(b"parentCID=ffffffff\n").parent_id(), None);
    }
}
