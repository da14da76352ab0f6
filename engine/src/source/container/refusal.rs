//! Why a container is not read.

use crate::source::later_part::LaterPart;

/// Why the disk in a container is not read, although it is known what the container is.
///
/// It goes into one sentence, after what the container is: "it is a QCOW2 disk image, {why}; {advice}".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What keeps it from being read, as a clause.
    pub why: String,
    /// What to do about it; where nothing is said, the command that makes it a raw image, or what helps where it is damaged.
    pub advice: Option<String>,
    /// Whether it may be read when somebody tries again.
    pub passes: bool,
    /// Whether the container is damaged, so that no other program reads it either.
    pub is_damaged: bool,
}

impl Refusal {
    /// What another program can still read.
    pub(super) fn new(why: impl Into<String>) -> Self {
        Refusal { why: why.into(), advice: None, passes: false, is_damaged: false }
    }

    /// What there is another way for.
    pub(super) fn with(why: impl Into<String>, advice: impl Into<String>) -> Self {
        Refusal { advice: Some(advice.into()), ..Refusal::new(why) }
    }

    /// The same, for something that may be otherwise the next time.
    pub(super) fn passing(self) -> Self {
        Refusal { passes: true, ..self }
    }

    /// A structure that does not say what it must; `what` names it.
    pub(super) fn damaged(what: &str) -> Self {
        Refusal::nothing_left(format!("and its {what} is damaged or cut short"))
    }

    /// What is damaged so that nothing can be had of it.
    pub(super) fn nothing_left(why: impl Into<String>) -> Self {
        Refusal { is_damaged: true, ..Refusal::new(why) }
    }

    /// The part of that `number` by itself, of a container whose first one ends in `ending`.
    pub(super) fn of_later(number: u32, part: Option<&LaterPart>, ending: &str) -> Self {
        match part.and_then(|part| part.without_others("one")) {
            Some(what) => Refusal::with(
                format!("but {what}"),
                "put all parts into one folder, under the names that they had",
            ),
            None => Refusal::with(
                format!("but part {number} of one"),
                format!("name its first part, which ends in {ending}"),
            ),
        }
    }
}
