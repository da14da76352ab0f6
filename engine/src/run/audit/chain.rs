//! Whether the lines of an audit log are the ones that were written.

use sha2::{Digest, Sha256};

use super::line::AuditLine;
use crate::model::hex;

/// What stands in the first line for the digest of the one before.
pub(super) const NONE_BEFORE: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// A line that was read, and where it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainLine {
    /// What it says.
    pub line: AuditLine,
    /// Its place in the log, from 1.
    pub number: u64,
    /// Bytes of the log up to its end, its line break included.
    pub end: usize,
}

/// Where an audit log is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// The place of the line in the log, from 1.
    pub line: u64,
    /// What is wrong, in words.
    pub what: String,
}

/// An audit log that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Its lines, as far as they are lines.
    pub lines: Vec<ChainLine>,
    /// Where it is broken.
    pub faults: Vec<ChainFault>,
}

impl Chain {
    /// The chain in the bytes of a log.
    pub(super) fn of(log: &[u8]) -> Self {
        let mut chain = Chain::default();
        let (mut previous, mut end) = (NONE_BEFORE.to_owned(), 0);
        for (number, bytes) in (1..).zip(log.split_inclusive(|byte| *byte == b'\n')) {
            end += bytes.len();
            let mut fault = |what| chain.faults.push(ChainFault { line: number, what });
            let Some(text) = bytes.strip_suffix(b"\n") else {
                fault(format!("line {number} is cut off"));
                break;
            };
            match serde_json::from_slice::<AuditLine>(text) {
                Err(_) => fault(format!("line {number} is no line of an audit log")),
                Ok(line) => {
                    if line.previous_sha256 != previous {
                        let before = if number == 1 { "nothing" } else { "the line before" };
                        fault(format!(
                            "line {number} does not follow on {before}: one of them was changed, or lines \
                             were removed or added between them"
                        ));
                    } else if line.number != number {
                        let said = line.number;
                        fault(format!("line {number} says that it is line {said}"));
                    }
                    chain.lines.push(ChainLine { line, number, end });
                }
            }
            previous = digest(text);
        }
        chain
    }

    /// The last line that tells of the report.
    pub fn last_report(&self) -> Option<&AuditLine> {
        self.lines.iter().rev().map(|one| &one.line).find(|line| line.report.is_some())
    }
}

/// The SHA-256 of a line.
pub(super) fn digest(line: &[u8]) -> String {
    hex::encode(&Sha256::digest(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn log() -> Vec<u8> {
        let (mut log, mut previous) = (Vec::new(), NONE_BEFORE.to_owned());
        for number in 1..=3 {
            let line = AuditLine {
                number,
                previous_sha256: previous,
                ..AuditLine::now("scan", &[format!("card {number}")])
            };
            let text = serde_json::to_vec(&line).unwrap();
            previous = digest(&text);
            log.extend(text);
            log.push(b'\n');
        }
        log
    }

    #[test]
    fn a_whole_chain_has_no_faults() {
        let log = log();
        let chain = Chain::of(&log);
        assert_eq!((chain.lines.len(), chain.faults), (3, vec![]));
        assert_eq!(chain.lines[2].end, log.len());
        assert_eq!(Chain::of(b""), Chain::default());
    }

    #[test]
    fn a_line_that_is_changed_removed_or_cut_off_is_told() {
        let log = String::from_utf8(log()).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        let faults = |text: &str| {
            let faults = Chain::of(text.as_bytes()).faults;
            faults.into_iter().map(|fault| fault.what).collect::<Vec<_>>().join("; ")
        };
        assert!(faults(&log.replace("card 2", "card 9")).starts_with("line 3 does not follow"));
        let removed = format!("{}\n{}\n", lines[0], lines[2]);
        assert!(faults(&removed).starts_with("line 2 does not follow"));
        let headless = format!("{}\n{}\n", lines[1], lines[2]);
        assert!(faults(&headless).starts_with("line 1 does not follow on nothing"));
        assert_eq!(faults(log.trim_end()), "line 3 is cut off");
        assert!(faults(&format!("x\n{log}")).starts_with("line 1 is no line"));
    }

    proptest! {
        /// Whatever a log is, its lines are told where they are, in order, and its end is never passed.
        #[test]
        fn no_log_is_too_odd(
            odd in prop::collection::vec(
                prop_oneof![any::<u8>(), Just(b'\n'), Just(b'{'), Just(b'"')], 0..200,
            ),
            keeps in 0usize..4,
        ) {
            let own = log();
            let first = own.split_inclusive(|byte| *byte == b'\n').take(keeps).flatten();
            let log: Vec<u8> = first.copied().chain(odd).collect();
            let chain = Chain::of(&log);
            prop_assert!(chain.lines.len() >= keeps.min(3));
            prop_assert!(chain.lines.iter().all(|line| line.end <= log.len() && line.number > 0));
            prop_assert!(chain.lines.is_sorted_by_key(|line| (line.number, line.end)));
            let count = log.split_inclusive(|byte| *byte == b'\n').count() as u64;
            prop_assert!(chain.faults.iter().all(|fault| (1..=count).contains(&fault.line)));
        }

        /// A byte that is changed in any line but the last is told, and so is one that is cut off.
        #[test]
        fn a_changed_byte_is_told(at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut log = log();
            let last = log[..log.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
            let at = at.index(last + 1);
            log[at] ^= flip;
            prop_assert!(!Chain::of(&log).faults.is_empty());
        }
    }
}
