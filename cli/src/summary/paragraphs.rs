//! The words of a report, as a terminal shows them.

use std::io::{self, Write};

use afterimage_engine::words::{Paragraph, Topic};

use crate::system_words::{is_root, told};
use crate::text::paragraph;

/// Writes paragraphs, those of one topic together below its title.
pub fn write(out: &mut dyn Write, said: &[Paragraph]) -> io::Result<()> {
    for (index, one) in said.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| said.get(before));
        let is_first = before.is_none_or(|before| before.topic != one.topic);
        if is_first && is_apart(one.topic, before) {
            writeln!(out)?;
        }
        if let Some(title) = one.topic.title().filter(|_| is_first) {
            writeln!(out, "{title}:")?;
        }
        write_one(out, one)?;
    }
    Ok(())
}

/// Whether a topic stands apart from what was said before it.
fn is_apart(topic: Topic, before: Option<&Paragraph>) -> bool {
    let goes_on = matches!(
        (topic, before.map(|before| before.topic)),
        (_, None)
            | (Topic::Other | Topic::Note, Some(Topic::Format | Topic::Other))
            | (Topic::Other, Some(Topic::Found))
    );
    !goes_on
}

fn write_one(out: &mut dyn Write, one: &Paragraph) -> io::Result<()> {
    let mark = match (one.count, one.topic) {
        (Some(count), _) => format!("{count:7}  "),
        (None, Topic::Volume) => "  ".to_owned(),
        (None, Topic::Note) => "Note: ".to_owned(),
        (None, Topic::Lost | Topic::Meaning | Topic::Next | Topic::Try) => "  - ".to_owned(),
        (None, _) => String::new(),
    };
    paragraph(out, &mark, &told(&one.text, is_root()))
}
