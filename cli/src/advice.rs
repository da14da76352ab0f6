//! What to try, in which order, and what it costs, as people and programs read it.

mod table;

use std::io::{self, Write};

use afterimage_engine::run::advice::{Step, prevention};
use afterimage_engine::system::Hope;
use serde_json::{Value, json};

use crate::screen;
use crate::system_words::{is_root, told};
use crate::text::{paragraph, plain};

/// Writes the table of all ways, each of them with what was found and what to type, and how the next loss is
/// prevented.
pub fn print(out: &mut dyn Write, steps: &[Step]) -> io::Result<()> {
    print_to(out, steps, is_root())
}

/// The same for somebody who may read devices already, or not.
fn print_to(out: &mut dyn Write, steps: &[Step], has_rights: bool) -> io::Result<()> {
    paragraph(out, "", "Ways to get photos back, in the order to try them:")?;
    writeln!(out)?;
    let is_wide = screen::width() >= table::WIDTH;
    if is_wide {
        table::write(out, steps)?;
        writeln!(out)?;
    }
    if let Some(line) = most_hopeful(steps) {
        paragraph(out, "", &line)?;
        writeln!(out)?;
    }
    for (number, step) in (1..).zip(steps) {
        if number > 1 {
            writeln!(out)?;
        }
        let found = match (step.found, step.hope) {
            (Some(n), _) => format!(" ({n} found)"),
            (None, Some(hope)) => format!(" ({})", hope.said()),
            (None, None) => String::new(),
        };
        paragraph(out, &format!("{number}. "), &format!("{}{found}", step.means.method()))?;
        paragraph(out, "   ", &plain(&told(&step.says, has_rights)))?;
        if !is_wide {
            let (best, risk) = (step.means.best_for(), step.means.risk());
            let selective = step.means.selective().name();
            paragraph(
                out,
                "   ",
                &format!("Best for: {best}. Risk: {risk}. Selective: {selective}."),
            )?;
        }
        let cost = format!("{}. Needs: {}.", step.means.time(), step.means.needs());
        paragraph(out, "   Takes ", &cost)?;
        for command in &step.commands {
            // A command is typed as it stands: no line of it is broken.
            writeln!(out, "     {}", plain(&told(command, has_rights)))?;
        }
    }
    writeln!(out, "\nSo that it does not happen again:")?;
    prevention().iter().try_for_each(|one| paragraph(out, "  - ", one))
}

/// Which way to begin with, by what was found; nothing where nothing tells.
fn most_hopeful(steps: &[Step]) -> Option<String> {
    let is_hopeful = |step: &&Step| step.hope >= Some(Hope::Possible) && !step.commands.is_empty();
    let (number, step) = (1..).zip(steps).find(|(_, step)| is_hopeful(step))?;
    Some(format!("Begin here, by what was found: {number}. {}.", step.means.method()))
}

/// The same for programs: a list of steps, each with means, method, best_for, risk, selective, time, needs, found,
/// hope, says and commands.
pub fn value(steps: &[Step]) -> Value {
    value_to(steps, is_root())
}

fn value_to(steps: &[Step], has_rights: bool) -> Value {
    let commands = |step: &Step| -> Vec<String> {
        step.commands.iter().map(|command| told(command, has_rights)).collect()
    };
    let steps = steps.iter().map(|step| {
        let mut said = json!({
            "means": step.means.name(),
            "method": step.means.method(),
            "best_for": step.means.best_for(),
            "risk": step.means.risk(),
            "selective": step.means.selective().name(),
            "time": step.means.time(),
            "needs": step.means.needs(),
            "says": told(&step.says, has_rights),
            "commands": commands(step),
        });
        if let Some(found) = step.found {
            said["found"] = json!(found);
        }
        if let Some(hope) = step.hope {
            said["hope"] = json!(hope.name());
        }
        said
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_engine::run::advice::{Looked, LookedPlace, LookedSource, Means, advice};

    fn steps() -> Vec<Step> {
        let mut looked = Looked { paths: vec!["/media/card".into()], ..Looked::default() };
        looked.places.push(LookedPlace::new(Means::Trash, "trash", "/media/card/.Trash-1000", 3));
        looked.sources.push(LookedSource::new("/dev/sdb", Hope::Good, "Because."));
        advice(&looked)
    }

    #[test]
    fn the_table_and_the_steps_fit_a_terminal_and_commands_stay_whole() {
        let mut out = Vec::new();
        print_to(&mut out, &steps(), false).unwrap();
        let text = String::from_utf8(out).unwrap();
        let is_command =
            |line: &str| line.trim_start().starts_with("afterimage") || line.contains("sudo");
        let long = text.lines().find(|line| line.chars().count() > 80 && !is_command(line));
        assert_eq!(long, None, "{text}");
        assert!(text.contains("     afterimage find /media/card --output recovered\n"), "{text}");
        assert!(text.contains("1. Recently deleted and trash folders (3 found)"), "{text}");
        assert!(text.contains("Begin here, by what was found: 1. Recently deleted"), "{text}");
        assert!(text.contains("Sync is not backup"), "{text}");
    }

    #[test]
    fn a_program_reads_the_same() {
        let said = value_to(&steps(), false);
        assert_eq!(
            (said[0]["means"].as_str(), said[0]["found"].as_u64()),
            (Some("trash"), Some(3))
        );
        assert_eq!(said[7]["hope"].as_str(), Some("good"));
        assert_eq!(said[7]["commands"][0], "sudo afterimage scan /dev/sdb --output recovered");
        assert!(said[1].get("found").is_none());
        let said = value_to(&steps(), true);
        assert_eq!(said[7]["commands"][0], "afterimage scan /dev/sdb --output recovered");
    }
}
