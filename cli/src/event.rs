//! A stderr for programs: an object a line.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde_json::{Map, Value, json};

use crate::text::PlainWriter;

/// Whether stderr is for programs.
static IS_FOR_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// The stderr of this run, which `is_for_programs` or for people.
pub fn begin(is_for_programs: bool) -> Box<dyn Write> {
    IS_FOR_PROGRAMS.store(is_for_programs, Relaxed);
    stderr()
}

/// The stderr of this run.
pub fn stderr() -> Box<dyn Write> {
    match IS_FOR_PROGRAMS.load(Relaxed) {
        true => Box::new(EventLines::default()),
        false => Box::new(PlainWriter(io::stderr())),
    }
}

/// Writes one event, with what belongs to it.
pub fn event(name: &str, more: Value) {
    let mut said = Map::from_iter([("event".to_owned(), name.into())]);
    if let Value::Object(more) = more {
        said.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    // Where stderr is closed nobody looks.
    drop(writeln!(io::stderr().lock(), "{}", Value::Object(said)));
}

/// A stderr for programs: each line that is written to it becomes an event.
#[derive(Default)]
pub struct EventLines {
    begun: Vec<u8>,
    /// What all of them are, where they are all the same.
    name: Option<&'static str>,
}

impl EventLines {
    /// All lines are events of one name.
    pub fn of(name: &'static str) -> Self {
        EventLines { begun: Vec::new(), name: Some(name) }
    }
}

impl Write for EventLines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            let (name, text) = sorted(&String::from_utf8_lossy(&line));
            event(self.name.unwrap_or(name), json!({ "text": text }));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Which event a line is, and its text.
fn sorted(line: &str) -> (&'static str, String) {
    let line = line.trim_end();
    // What is no sentence of the program is what one of its sentences tells of, such as an address.
    let Some(text) = line.strip_prefix("afterimage: ") else { return ("note", line.to_owned()) };
    for (name, mark) in [("note", "note: "), ("warning", "warning: ")] {
        if let Some(text) = text.strip_prefix(mark) {
            return (name, text.to_owned());
        }
    }
    ("failure", text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_people_become_events() {
        assert_eq!(sorted("afterimage: note: a\n"), ("note", "a".to_owned()));
        assert_eq!(sorted("afterimage: warning: b: c\n"), ("warning", "b: c".to_owned()));
        assert_eq!(sorted("afterimage: cannot open x\n"), ("failure", "cannot open x".to_owned()));
    }
}
