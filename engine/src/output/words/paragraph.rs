//! What is said, and what it is about.

use serde::Serialize;

/// What a paragraph is about. Paragraphs of one topic stand together, in the order of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// What could not be read. It is said first: a medium that fails may not live long.
    Unreadable,
    /// What was read and found, in a sentence; whether it was stopped.
    Found,
    /// How many of what was found are of a grade, and what it means; with a count.
    Grade,
    /// What was found, by format.
    Format,
    /// What else was found: what is still there, copies, pictures inside others.
    Other,
    /// What is to be known of the disk that was written to.
    Note,
    /// A file system, and what it says of its files.
    Volume,
    /// Photos that are known to have existed; with a count where it is of those of one state.
    Known,
    /// What could not be recovered, and why; what options left out.
    Lost,
    /// Why nothing was found.
    Meaning,
    /// What to do next.
    Next,
    /// What can still be tried where nothing was found.
    Try,
}

impl Topic {
    /// What stands above its paragraphs, where something does.
    pub fn title(self) -> Option<&'static str> {
        match self {
            Topic::Volume => Some("File systems"),
            Topic::Known => Some("Photos that are known to have existed"),
            Topic::Lost => Some("What could not be recovered, and why"),
            Topic::Meaning => Some("What this means"),
            Topic::Next => Some("What to do next"),
            Topic::Try => Some("What can still be tried"),
            _ => None,
        }
    }
}

/// A paragraph, in plain English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paragraph {
    /// What it is about.
    pub topic: Topic,
    /// A number that stands before the text, where it is a row of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The text, in one line.
    pub text: String,
}

impl Paragraph {
    pub(super) fn new(topic: Topic, text: impl Into<String>) -> Self {
        Paragraph { topic, count: None, text: text.into() }
    }

    pub(super) fn row(topic: Topic, count: u64, text: impl Into<String>) -> Self {
        Paragraph { topic, count: Some(count), text: text.into() }
    }
}
