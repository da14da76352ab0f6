//! What was observed, a sentence each, with its numbers.

use std::path::PathBuf;

use super::fact::{Bearing, Fact, FactValue};
use super::grade::value;
use super::medium::Medium;
use super::observed::{FreeSpace, Observed, VolumeState};
use super::words::{bytes, count, percent, share};
use crate::system::Hope;
use crate::volumes::condition::Condition;

use FactValue::{Count, Flag, Share, Text};

/// From this share on, what samples show is told as speaking for or against.
const HALF: f64 = 0.5;

/// The facts, those of the medium first.
pub(super) fn facts(observed: &Observed) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(observed.phone.map(|phone| {
        let values = vec![("phone", Text(phone.name().to_owned()))];
        fact("phone", Bearing::Against, format!("{}.", phone.why()), values)
    }));
    if let Some(medium) = &observed.medium {
        of_medium(medium, &mut facts);
    } else if observed.size > 0 {
        let says = "It is an image: what its device erased before it was made is missing in it, and nothing more \
                    is lost by looking at it.";
        facts.push(fact(
            "medium",
            Bearing::Neutral,
            says.to_owned(),
            vec![("kind", text("image"))],
        ));
    }
    observed.volumes.iter().for_each(|volume| of_volume(volume, observed, &mut facts));
    if observed.volumes.is_empty() && observed.size > 0 {
        let says = format!(
            "No file system that is known begins on {}: names, dates and folders are lost, photos need not be.",
            bytes(observed.size)
        );
        facts.push(fact("file-system", Bearing::Neutral, says, vec![("volumes", Count(0))]));
    }
    if let Some(free) = &observed.free {
        of_free(free, observed, &mut facts);
    }
    of_listed(observed, &mut facts);
    of_written(observed, &mut facts);
    facts.extend(of_places(&observed.places));
    facts
}

fn fact(
    name: &'static str,
    bearing: Bearing,
    says: String,
    values: Vec<(&'static str, FactValue)>,
) -> Fact {
    Fact { name, bearing, says, values }
}

fn text(word: &str) -> FactValue {
    Text(word.to_owned())
}

fn of_medium(medium: &Medium, facts: &mut Vec<Fact>) {
    let bearing = match medium.prospect.hope {
        Hope::Good => Bearing::For,
        Hope::Possible => Bearing::Neutral,
        Hope::Unlikely | Hope::NotPossible => Bearing::Against,
    };
    let model = medium.model.as_ref().map(|model| format!(" ({model})")).unwrap_or_default();
    let says = format!(
        "{} is {}{model}: {}.",
        medium.drive.display(),
        medium.kind.said(),
        medium.prospect.why
    );
    let mut values = vec![("kind", text(medium.kind.name()))];
    values.extend(medium.model.clone().map(|model| ("model", Text(model))));
    facts.push(fact("medium", bearing, says, values));
    if let Some(rotates) = medium.is_rotational.filter(|_| medium.kind.knows_rotation()) {
        let says = if rotates { "It rotates." } else { "It does not rotate: it is flash." };
        let values = vec![("rotational", Flag(rotates))];
        facts.push(fact("rotational", Bearing::Neutral, says.to_owned(), values));
    }
    facts.push(discard(medium));
    if !medium.written_at.is_empty() {
        let says = format!(
            "It is in use: what is mounted at {} may be written to, and every write can destroy a deleted photo.",
            paths(&medium.written_at)
        );
        let values = vec![("mounts", Count(medium.written_at.len() as u64))];
        facts.push(fact("in-use", Bearing::Against, says, values));
    }
    for hint in &medium.health {
        let says =
            format!("It may be failing: {hint}. Make an image of it first (`afterimage image`).");
        facts.push(fact("health", Bearing::Against, says, vec![("hint", Text(hint.clone()))]));
    }
}

fn discard(medium: &Medium) -> Fact {
    let is_told = medium.discard_granularity > 0;
    let at_once = medium.discards_at.len() as u64;
    let trims = is_told && medium.trims_at_times;
    let says = match (is_told, at_once, trims) {
        (false, ..) => {
            "It cannot be told from here which of its blocks are free (no TRIM).".to_owned()
        }
        (true, 1.., _) => format!(
            "It can be told which blocks are free (TRIM, in units of {}), and what is mounted at {} tells it at \
             once (mount option discard).",
            bytes(medium.discard_granularity),
            paths(&medium.discards_at)
        ),
        (true, 0, true) => format!(
            "It can be told which blocks are free (TRIM, in units of {}), and this system does so at set times \
             (fstrim.timer is on).",
            bytes(medium.discard_granularity)
        ),
        (true, 0, false) => format!(
            "It can be told which blocks are free (TRIM, in units of {}); this system does not do so by itself \
             (no mount option discard, no fstrim.timer).",
            bytes(medium.discard_granularity)
        ),
    };
    let bearing = match (is_told, at_once > 0 || trims) {
        (true, true) => Bearing::Against,
        (true, false) => Bearing::Neutral,
        (false, _) => Bearing::For,
    };
    let values = vec![
        ("discard_granularity", Count(medium.discard_granularity)),
        ("discard_mounts", Count(at_once)),
        ("fstrim_timer", Flag(medium.trims_at_times)),
    ];
    fact("discard", bearing, says, values)
}

fn paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn of_volume(volume: &VolumeState, observed: &Observed, facts: &mut Vec<Fact>) {
    let label = volume.label.as_ref().map(|label| format!(" \"{label}\"")).unwrap_or_default();
    let name = format!("{}{label}, {}", volume.kind, bytes(volume.len));
    let mut values = vec![
        ("type", text(volume.kind)),
        ("offset", Count(volume.at)),
        ("length", Count(volume.len)),
    ];
    if let Some(how) = volume.encrypted {
        let key = match observed.unlocked.first() {
            Some(path) => format!("it is unlocked now as {}", path.display()),
            None => "its key is not known here".to_owned(),
        };
        values.push(("unlocked", Flag(!observed.unlocked.is_empty())));
        let part = percent(share(volume.len, observed.size));
        let says = format!("The volume {name}, {part} of all, is {how}; {key}.");
        facts.push(fact("encryption", Bearing::Against, says, values));
        return;
    }
    let (state, bearing) = match (volume.is_formatted_anew, volume.faults, volume.condition) {
        (true, ..) => (
            "was formatted anew: it lists nothing, and what was there before still lies in it",
            Bearing::Neutral,
        ),
        (_, 1.., _) => (
            "contradicts itself, so that what it says of free space is not relied on",
            Bearing::Neutral,
        ),
        (_, 0, Condition::Clean) => ("was unmounted in order", Bearing::Neutral),
        (_, 0, Condition::Dirty) => {
            ("is in use, or was taken away while it was written to", Bearing::Neutral)
        }
        (_, 0, Condition::Unknown) => ("is in order as far as it tells", Bearing::Neutral),
    };
    let free = match volume.free {
        Some(free) => {
            format!("{} of it, {}, is free", percent(share(free, volume.len)), bytes(free))
        }
        None => "how much of it is free is not known".to_owned(),
    };
    let says = format!(
        "The volume {name}, {state}; it lists {} that {} there and {} deleted; {free}.",
        count(volume.live, "file", "files"),
        if volume.live == 1 { "is" } else { "are" },
        volume.deleted
    );
    values.extend([
        (
            "state",
            text(if volume.is_formatted_anew { "formatted-anew" } else { volume.condition.name() }),
        ),
        ("faults", Count(volume.faults)),
        ("live", Count(volume.live)),
        ("deleted", Count(volume.deleted)),
    ]);
    values.extend(volume.free.map(|free| ("free", Count(free))));
    facts.push(fact("file-system", bearing, says, values));
}

fn of_free(free: &FreeSpace, observed: &Observed, facts: &mut Vec<Fact>) {
    let space = if observed.volumes.is_empty() { "it" } else { "the space that no file uses" };
    let how = match free.is_whole {
        true => format!("all {} of {space} were looked at", bytes(free.len)),
        false => format!(
            "{} in {} were looked at, spread over {} of {space}",
            count(free.blocks, "block", "blocks"),
            count(free.places, "place", "places"),
            bytes(free.len)
        ),
    };
    if let (Some(erased), Some(noise)) = (free.erased_share(), free.noise_share()) {
        let rest = (1.0 - erased - noise).max(0.0);
        let bearing = if erased >= HALF || noise >= HALF { Bearing::Against } else { Bearing::For };
        let of_value =
            if free.erased() > 0 { format!(" ({})", value(free)) } else { String::new() };
        let says = format!(
            "{} was erased or never written{of_value}, {} looks random, {} holds something: {how}.",
            percent(erased),
            percent(noise),
            percent(rest)
        );
        let values = vec![
            ("erased", Share(erased)),
            ("zeros", Count(free.zeros)),
            ("ones", Count(free.ones)),
            ("noise", Share(noise)),
            ("blocks", Count(free.blocks)),
            ("bytes", Count(free.len)),
            ("whole", Flag(free.is_whole)),
        ];
        facts.push(fact("erased", bearing, says, values));
    }
    let (bearing, seen) = match free.photos {
        0 => (Bearing::Against, "No photo begins".to_owned()),
        n => {
            let begins = if n == 1 { "begins" } else { "begin" };
            (Bearing::For, format!("{} {begins}", count(n, "photo", "photos")))
        }
    };
    let says = format!(
        "{seen} in the {} that were looked at there.",
        count(free.places, "place", "places")
    );
    let values = vec![("photos", Count(free.photos)), ("places", Count(free.places))];
    facts.push(fact("photos", bearing, says, values));
    if free.unreadable > 0 {
        let says = format!(
            "{} of {} could not be read: the device is failing. Make an image of it first (`afterimage image`), \
             and scan the image.",
            count(free.unreadable, "block", "blocks"),
            free.blocks
        );
        let values = vec![("blocks", Count(free.unreadable))];
        facts.push(fact("unreadable", Bearing::Against, says, values));
    }
}

fn of_listed(observed: &Observed, facts: &mut Vec<Fact>) {
    let listed = &observed.listed;
    if observed.volumes.is_empty() {
        return;
    }
    let mut values = vec![("listed", Count(listed.all)), ("name_only", Count(listed.name_only))];
    if listed.looked == 0 {
        let says = match listed.all {
            0 => "No deleted photo is listed any more; one can still be found without its name."
                .to_owned(),
            n => format!(
                "{} listed, by name only: nothing says where {} lay.",
                count(n, "deleted photo is", "deleted photos are"),
                if n == 1 { "it" } else { "they" }
            ),
        };
        facts.push(fact("listed", Bearing::Neutral, says, values));
        return;
    }
    let most_intact = share(listed.intact, listed.looked) >= HALF;
    let says = format!(
        "{} listed; of {} that {} looked at, {} still {} as a photo where the file system says, {} lost {} place \
         to other files, {} erased there and {} overwritten otherwise.",
        count(listed.all, "deleted photo is", "deleted photos are"),
        listed.looked,
        if listed.looked == 1 { "was" } else { "were" },
        listed.intact,
        if listed.intact == 1 { "begins" } else { "begin" },
        listed.in_use,
        if listed.in_use == 1 { "its" } else { "their" },
        listed.erased,
        listed.other
    );
    values.extend([
        ("looked", Count(listed.looked)),
        ("intact", Count(listed.intact)),
        ("partly_in_use", Count(listed.partly)),
        ("in_use", Count(listed.in_use)),
        ("erased", Count(listed.erased)),
        ("other", Count(listed.other)),
    ]);
    let bearing = if most_intact { Bearing::For } else { Bearing::Against };
    facts.push(fact("listed", bearing, says, values));
}

fn of_written(observed: &Observed, facts: &mut Vec<Fact>) {
    let written = &observed.written;
    let (Some(last), Some(newest)) = (observed.listed.newest, written.newest) else { return };
    let when = if observed.listed.is_deletion { "was deleted" } else { "was last changed" };
    let values = vec![
        ("files", Count(written.since)),
        ("bytes", Count(written.since_bytes)),
        ("newest_live", Text(newest.to_string())),
        ("newest_deleted", Text(last.to_string())),
    ];
    let says = match written.since {
        0 => format!(
            "Nothing that is there was written after the newest deleted photo {when} ({last}); the newest file \
             that is there is of {newest}."
        ),
        n => format!(
            "{} with {} {} written after the newest deleted photo {when} ({last}), the newest of them {newest}: \
             each may have taken the place of a deleted one.",
            count(n, "file", "files"),
            bytes(written.since_bytes),
            if n == 1 { "was" } else { "were" }
        ),
    };
    let bearing = if written.since == 0 { Bearing::For } else { Bearing::Against };
    facts.push(fact("written-since", bearing, says, values));
}

fn of_places(places: &[(&'static str, PathBuf)]) -> Option<Fact> {
    if places.is_empty() {
        return None;
    }
    let named: Vec<String> =
        places.iter().map(|(what, path)| format!("{what} ({})", path.display())).collect();
    let says = format!(
        "Copies may survive in {}: {}. `afterimage find` looks into all of them, and everywhere else.",
        count(places.len() as u64, "place", "places"),
        named.join(", ")
    );
    Some(fact("places", Bearing::For, says, vec![("places", Count(places.len() as u64))]))
}
