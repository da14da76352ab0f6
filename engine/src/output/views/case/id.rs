//! Identifiers of nodes: the same for the same report, whoever makes the view, and wherever.

use sha1::{Digest, Sha1};

use crate::output::report::{ReportFile, ReportHead};

/// What identifiers of one report begin from.
#[derive(Debug, Default)]
pub(super) struct Ids {
    seed: Vec<u8>,
    sources: usize,
}

impl Ids {
    /// Those of a report.
    pub(super) fn of(head: &ReportHead) -> Self {
        let sources = head
            .sources
            .iter()
            .flat_map(|source| [source.path.as_bytes(), source.kind.as_bytes()].concat());
        let seed = head.started.bytes().chain([0]).chain(sources).collect();
        Ids { seed, sources: head.sources.len() }
    }

    /// That of a thing that there is one of in a report, or that `what` tells from others.
    pub(super) fn one(&self, kind: &str, what: &str) -> String {
        format!("kb:{kind}-{}", uuid(&[&self.seed, kind.as_bytes(), what.as_bytes()]))
    }

    /// That of a file.
    pub(super) fn file(&self, file: &ReportFile) -> String {
        self.numbered_file(file.id)
    }

    /// That of the file with a number in the report.
    pub(super) fn numbered_file(&self, id: u64) -> String {
        self.one("file", &id.to_string())
    }

    /// That of a source, where the report has it.
    pub(super) fn source(&self, number: u32) -> Option<String> {
        let is_there = usize::try_from(number).is_ok_and(|at| at < self.sources);
        is_there.then(|| self.one("source", &number.to_string()))
    }
}

/// A UUID of version 5 in a name space of our own. (source: RFC 9562, 5.5)
fn uuid(parts: &[&[u8]]) -> String {
    const SPACE: &[u8] = b"urn:afterimage:kb:";
    let mut hasher = Sha1::new();
    hasher.update(SPACE);
    for part in parts {
        // With its length, so that no two lists of parts are the same text.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    bytes[6] = bytes[6] & 0x0F | 0x50;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let digits = crate::model::hex::encode(&bytes);
    let (a, b, c, d, e) =
        (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
    format!("{a}-{b}-{c}-{d}-{e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_of_version_5_and_tells_parts_apart() {
        let one = uuid(&[b"ab", b"c"]);
        assert_eq!(one, uuid(&[b"ab", b"c"]));
        assert_ne!(one, uuid(&[b"a", b"bc"]));
        assert_eq!((one.len(), &one[14..15]), (36, "5"));
        assert!("89ab".contains(&one[19..20]));
    }
}
