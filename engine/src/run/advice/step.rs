//! One way with what was found for it.

use super::looked::{Looked, LookedPlace, LookedSource};
use super::means::Means;
use crate::source::shell::{quoted, quoted_word};
use crate::system::Hope;

/// Where commands write to, unless a folder of that name is there already.
const OUTPUT: &str = "recovered";

/// A step to take.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The way.
    pub means: Means,
    /// Photos that were found by it; nothing where it was not looked at.
    pub found: Option<u64>,
    /// What can be hoped for of it, where that was looked at.
    pub hope: Option<Hope>,
    /// What was found, and what to do now, in sentences.
    pub says: String,
    /// What to type, line by line; nothing where no command helps.
    pub commands: Vec<String>,
}

impl Step {
    pub(super) fn of(means: Means, looked: &Looked) -> Self {
        let mut step = match means {
            Means::Undelete | Means::Carve => scan(means, looked),
            Means::Cloud => cloud(looked),
            Means::Lab => lab(looked),
            _ => place(means, looked),
        };
        let is_written = step.commands.iter().any(|command| command.contains(" --output "));
        if looked.needs_other_disk && is_written {
            step.says += OTHER_DISK;
        }
        step
    }
}

/// Stands for a folder where none can be named.
const ANY_OUTPUT: &str = "DIR";

/// What that is.
const OTHER_DISK: &str = " DIR stands for a folder on another disk: what is written to this one can destroy what is \
                          not found yet.";

fn output(looked: &Looked) -> String {
    if looked.needs_other_disk {
        return ANY_OUTPUT.to_owned();
    }
    looked.next_output.as_deref().map_or_else(|| OUTPUT.to_owned(), quoted)
}

fn photos(count: u64) -> String {
    format!("{count} {}", if count == 1 { "photo" } else { "photos" })
}

/// A place with files in it.
fn place(means: Means, looked: &Looked) -> Step {
    let places: Vec<&LookedPlace> = looked.places.iter().filter(|one| one.means == means).collect();
    let found: u64 = places.iter().map(|one| one.found).sum();
    let locked: Vec<&&LookedPlace> = places.iter().filter(|one| one.is_locked).collect();
    let mut says = match (places.len(), found) {
        (0, _) => missing(means).to_owned(),
        (n, 0) if locked.len() == n => String::new(),
        (n, 0) => format!("Nothing of it was found in {}.", places_of(n)),
        (n, found) => {
            let names: Vec<String> = places
                .iter()
                .filter(|one| one.found > 0)
                .map(|one| format!("{} in {} ({})", one.found, one.name, one.path.display()))
                .collect();
            format!("{} survive in {}: {}.", photos(found), places_of(n), names.join(", "))
        }
    };
    if let Some(first) = places.iter().filter_map(|one| one.expires.as_ref()).min() {
        says += &format!(" The first of them is removed for good on {first}: copy them before.");
    }
    if !locked.is_empty() {
        let names: Vec<String> = locked.iter().map(|one| one.path.display().to_string()).collect();
        says += &format!(
            " {} encrypted; with the password its photos come out whole.",
            match &names[..] {
                [one] => format!("{one} is"),
                more => format!("{} are", more.join(", ")),
            }
        );
    }
    let says = says.trim_start().to_owned();
    let is_done = looked.output.is_some() && found > 0;
    let mut commands = Vec::new();
    // What was looked at just now is not looked at again for nothing.
    if found > 0 && !is_done || looked.paths.is_empty() {
        commands.push(find(looked));
    }
    let backups = locked.iter().filter(|_| means == Means::Backup);
    commands.extend(backups.map(|one| {
        format!("afterimage backup recover {} --output {}", quoted(&one.path), output(looked))
    }));
    let found = (!places.is_empty()).then_some(found);
    Step { means, found, hope: found.filter(|n| *n > 0).map(|_| Hope::Good), says, commands }
}

fn places_of(count: usize) -> String {
    format!("{count} {}", if count == 1 { "place" } else { "places" })
}

fn find(looked: &Looked) -> String {
    let paths = looked.paths.iter().map(|path| quoted(path));
    let mut words = vec!["afterimage find".to_owned()];
    words.extend(paths);
    format!("{} --output {}", words.join(" "), output(looked))
}

/// What is to be looked for where nothing of a kind was there.
fn missing(means: Means) -> &'static str {
    match means {
        Means::Trash => {
            "No trash was found here. Look on the phone and on every computer, too: Photos > Recently Deleted, \
             the trash of the gallery, the Recycle Bin, and the trash on the card itself."
        }
        Means::Backup => {
            "No backup was found here. Think of old computers and disks: a phone that was ever connected to a \
             computer may have a backup there."
        }
        Means::Versions => {
            "No earlier versions were found here. A disk of Time Machine or File History, or an image of a \
             Windows disk with shadow copies, may hold some."
        }
        Means::Library => {
            "No library and no export was found here. Look on the computer that the photos were imported to; \
             Google Takeout delivers what Google Photos still has."
        }
        Means::Previews => {
            "No previews were found here. Computers and phones keep small pictures of photos that they showed."
        }
        _ => "Nothing of it was looked at.",
    }
}

fn cloud(looked: &Looked) -> Step {
    let places: Vec<&LookedPlace> =
        looked.places.iter().filter(|one| one.means == Means::Cloud).collect();
    let found: u64 = places.iter().map(|one| one.found).sum();
    let mut says = String::new();
    if found > 0 {
        says += &format!("{} are in the trash of a service. ", photos(found));
    }
    if looked.only_in_cloud > 0 {
        says += &format!(
            "{} {} only in the cloud by what was found here: download {} there. ",
            photos(looked.only_in_cloud),
            if looked.only_in_cloud == 1 { "is" } else { "are" },
            if looked.only_in_cloud == 1 { "it" } else { "them" },
        );
    }
    says += "Look into the trash, the archive and the hidden folders of every service that the photos may have \
             been in; each has a date from which on it is empty.";
    let found = (!places.is_empty()).then_some(found);
    let commands = vec!["afterimage find --guide".to_owned()];
    Step { means: Means::Cloud, found, hope: None, says, commands }
}

/// A scan, which undeletes and carves in one reading.
fn scan(means: Means, looked: &Looked) -> Step {
    let sources: Vec<&LookedSource> = looked.sources.iter().collect();
    let hope = sources.iter().map(|one| one.hope).max();
    let listed: u64 = sources.iter().map(|one| one.listed).sum();
    let mut says = if sources.is_empty() {
        "Take the card or disk out, put it into a reader, and ask what can be hoped for.".to_owned()
    } else {
        let told = sources
            .iter()
            .map(|one| format!("{}: {}. {}", one.path.display(), one.hope.said(), one.because));
        told.collect::<Vec<_>>().join(" ")
    };
    if means == Means::Undelete {
        says = match (sources.is_empty(), listed) {
            (true, _) => says,
            (_, 0) => "No deleted photo is listed by name; the scan of the next step is the same."
                .to_owned(),
            (_, n) => format!(
                "{} {} still listed by name. One scan brings them back with their names and carves the rest.",
                if n == 1 { "1 deleted photo".to_owned() } else { format!("{n} deleted photos") },
                if n == 1 { "is" } else { "are" },
            ),
        };
    } else if hope.is_some_and(|hope| hope > Hope::NotPossible) {
        says += " Until that is done, write nothing to it.";
    }
    let mut commands: Vec<String> = sources
        .iter()
        .filter(|one| one.hope > Hope::NotPossible && one.can_be_scanned)
        .flat_map(|one| scan_of(one, looked))
        .collect();
    if sources.is_empty() {
        commands.push("sudo afterimage devices".to_owned());
    }
    Step { means, found: None, hope, says, commands }
}

fn scan_of(source: &LookedSource, looked: &Looked) -> Vec<String> {
    let path = quoted(&source.path);
    let sudo = if source.path.starts_with("/dev") { "sudo " } else { "" };
    if source.is_failing {
        let name = source.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let image = quoted_word(&format!("{}-copy.img", name.unwrap_or_else(|| "card".to_owned())));
        return vec![
            format!("{sudo}afterimage image {path} {image}"),
            format!("afterimage scan {image} --map {image}.map --output {}", output(looked)),
        ];
    }
    vec![format!("{sudo}afterimage scan {path} --output {}", output(looked))]
}

fn lab(looked: &Looked) -> Step {
    let failing = looked.sources.iter().find(|one| one.is_failing);
    let is_hopeless = !looked.sources.is_empty()
        && looked.sources.iter().all(|one| one.hope == Hope::NotPossible);
    let is_phone = looked.sources.iter().any(|one| one.is_phone);
    let says = match (failing, is_hopeless, is_phone) {
        (Some(one), ..) => format!(
            "{} is failing. If its photos cannot be replaced, switch it off and ask a laboratory before anything \
             else.",
            one.path.display()
        ),
        (None, true, true) => {
            "A laboratory can repair a broken phone; what was deleted on one that works it cannot read either. Be \
             wary of whoever promises it."
                .to_owned()
        }
        (None, true, false) => {
            "No program can read it. A laboratory might, from the chips of some cards; what was overwritten or \
             encrypted it cannot read either. No tool can invent a photo."
                .to_owned()
        }
        (None, false, _) => {
            "Only where the medium is broken: what is overwritten, a laboratory cannot read either. Ask for a price \
             before, and pay for success only."
                .to_owned()
        }
    };
    Step { means: Means::Lab, found: None, hope: None, says, commands: Vec::new() }
}
