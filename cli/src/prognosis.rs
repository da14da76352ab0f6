//! What can be hoped for, as people and programs read it.

use std::io::{self, Write};

use afterimage_engine::run::prognosis::{Bearing, FactValue, Prognosis};
use serde_json::{Map, Value, json};

use crate::system_words::{is_root, told};
use crate::text::{paragraph, plain};

/// Writes what can be hoped for, why, and the facts.
pub fn print(out: &mut dyn Write, prognosis: &Prognosis) -> io::Result<()> {
    let name = plain(&prognosis.path.to_string_lossy());
    let device = prognosis.observed.device.as_ref().filter(|device| **device != prognosis.path);
    let behind =
        device.map(|device| format!(", which lies on {}", plain(&device.to_string_lossy())));
    let head = format!(
        "What can be hoped for on {name}{}: {}",
        behind.unwrap_or_default(),
        prognosis.hope.said()
    );
    paragraph(out, "", &head)?;
    paragraph(out, "  ", &plain(&told(&prognosis.because, is_root())))?;
    if prognosis.facts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat was observed (+ speaks for it, - against it):")?;
    prognosis.facts.iter().try_for_each(|fact| {
        let mark = match fact.bearing {
            Bearing::For => "  + ",
            Bearing::Against => "  - ",
            Bearing::Neutral => "    ",
        };
        paragraph(out, mark, &plain(&fact.says))
    })
}

/// The same for programs: path, subject, device, hope, rule, because, read, and the facts with their numbers.
pub fn value(prognosis: &Prognosis) -> Value {
    let observed = &prognosis.observed;
    let facts = prognosis.facts.iter().map(|fact| {
        let values = fact.values.iter().map(|(name, value)| ((*name).to_owned(), number(value)));
        json!({
            "fact": fact.name,
            "bearing": fact.bearing.name(),
            "says": fact.says,
            "values": values.collect::<Map<_, _>>(),
        })
    });
    let mut said = json!({
        "path": prognosis.path.to_string_lossy(),
        "subject": observed.subject.name(),
        "hope": prognosis.hope.name(),
        "rule": prognosis.rule,
        "because": told(&prognosis.because, is_root()),
        "size": observed.size,
        "read": observed.read,
        "facts": facts.collect::<Vec<_>>(),
    });
    if let Some(device) = &observed.device {
        said["device"] = json!(device.to_string_lossy());
    }
    said
}

fn number(value: &FactValue) -> Value {
    match value {
        FactValue::Count(count) => json!(count),
        FactValue::Share(share) => json!(share),
        FactValue::Flag(flag) => json!(flag),
        FactValue::Text(text) => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_engine::progress::Progress;
    use afterimage_engine::run::ForecastOptions;
    use afterimage_engine::run::prognosis::{Phone, prognosis_of, prognosis_of_phone};
    use afterimage_engine::source::MemorySource;

    fn of(bytes: Vec<u8>) -> Prognosis {
        let source = Box::new(MemorySource::new("a\u{1b}card.img", bytes));
        prognosis_of(source, &ForecastOptions::default(), &Progress::default())
    }

    #[test]
    fn the_grade_comes_first_and_every_fact_has_its_number() {
        let said = of(vec![0; 1 << 20]);
        let mut out = Vec::new();
        print(&mut out, &said).unwrap();
        let text = String::from_utf8(out).unwrap();
        let first = text.lines().next().unwrap();
        assert_eq!(first, "What can be hoped for on a?card.img: not possible by software");
        assert!(text.contains("  - 100 % was erased"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn a_program_reads_the_same() {
        let said = value(&of(vec![0; 1 << 20]));
        assert_eq!(
            (said["hope"].as_str(), said["rule"].as_str()),
            (Some("not-possible"), Some("erased"))
        );
        let facts = said["facts"].as_array().unwrap();
        let erased = facts.iter().find(|fact| fact["fact"] == "erased").unwrap();
        assert_eq!(
            (erased["values"]["erased"].as_f64(), &erased["bearing"]),
            (Some(1.0), &json!("against"))
        );
    }

    #[test]
    fn an_iphone_without_a_backup_is_told_why() {
        let mut out = Vec::new();
        print(&mut out, &prognosis_of_phone(Phone::Apple)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("What can be hoped for on iphone: not possible by software"),
            "{text}"
        );
        assert!(text.contains("key of its own") && text.contains("Recently Deleted"), "{text}");
    }
}
