//! The rules: from what was observed to what can be hoped for, and why.
//!
//! They are asked in order and the first that applies decides, so that every grade has one reason. What the bytes
//! themselves show counts more than what a kind of medium usually does: a photo that still begins where it lay is
//! there, whatever the device supports.

use super::observed::{Access, FreeSpace, Observed};
use super::words::{bytes, count, percent, share};
use crate::system::Hope;

/// A source is called encrypted from this share on: what is left beside it is a boot partition or a table.
const MOSTLY_ENCRYPTED: f64 = 0.9;

/// Without a file system, what looks random from end to end is encrypted or wiped. Even a card that is full of
/// videos has headers and indexes in more blocks than the rest of 2 %.
const ALL_NOISE: f64 = 0.98;

/// The same of the free space beside files: the rest is what they left.
const MOSTLY_NOISE: f64 = 0.95;

/// Of free space that was trimmed or zeroed, single blocks are not: those that a file system used and freed since.
const ALL_ERASED: f64 = 0.99;

/// Where so much is erased, what is left is small, and what was lost is most likely not among it.
const MOSTLY_ERASED: f64 = 0.9;

/// Nothing worth the name is left where no more than this share of all blocks that were looked at holds something.
const NEXT_TO_NOTHING: f64 = 0.001;

/// Where half of the deleted photos still begin as photos, most of them are there: they are overwritten from their
/// beginning on as well as from elsewhere.
const HALF: f64 = 0.5;

/// So many photos in samples are no accident: one may be left from a time long before.
const SEVERAL: u64 = 3;

/// Where no more is free than this, all that was deleted was overwritten, but for the rests of clusters.
const FULL: f64 = 0.005;

/// And where no more than this is free, most was.
const NEARLY_FULL: f64 = 0.05;

/// A grade, and the rule that decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What can be hoped for.
    pub hope: Hope,
    /// The rule, by a word for programs.
    pub rule: &'static str,
    /// Why, in one or two sentences.
    pub because: String,
}

type Said = Option<(Hope, String)>;
type Rule = fn(&Observed) -> Said;

/// The rules in the order in which they are asked.
const RULES: [(&str, Rule); 14] = [
    ("phone", phone),
    ("no-device", no_device),
    ("not-readable", unreadable),
    ("encrypted", encrypted),
    ("random", random),
    ("not-looked-at", denied),
    ("listed", listed),
    ("photos-in-free-space", photos),
    ("full", full),
    ("erased", erased),
    ("random-free-space", random_free_space),
    ("listed-gone", listed_gone),
    ("medium", medium),
    ("content", content),
];

/// What can be hoped for by all that was observed.
pub fn grade(observed: &Observed) -> Verdict {
    let mut said = RULES.iter().filter_map(|(rule, ask)| Some((*rule, ask(observed)?)));
    let (rule, (hope, because)) = said.next().unwrap_or_else(|| {
        let because = "Nothing that was looked at tells for or against it.".to_owned();
        ("nothing-known", (Hope::Possible, because))
    });
    Verdict { hope, rule, because }
}

fn phone(observed: &Observed) -> Said {
    let phone = observed.phone?;
    Some((Hope::NotPossible, format!("{}. {}.", phone.why(), phone.instead())))
}

fn no_device(observed: &Observed) -> Said {
    let Access::NoDevice(kind) = &observed.access else { return None };
    Some((
        Hope::NotPossible,
        format!(
            "This folder lies on no disk of this computer ({kind}), so that nothing deleted can be read from \
             here. Look in the trash, the snapshots and the backups of the machine that it lies on."
        ),
    ))
}

fn unreadable(observed: &Observed) -> Said {
    let free = observed.free.as_ref()?;
    let none = free.blocks > 0 && free.unreadable == free.blocks;
    none.then(|| {
        let said = format!(
            "Not one of {} that were looked at could be read. A laboratory can repair the device; no program \
             can read it as it is.",
            count(free.blocks, "block", "blocks")
        );
        (Hope::NotPossible, said)
    })
}

fn encrypted(observed: &Observed) -> Said {
    let part = share(observed.encrypted_bytes(), observed.size);
    let how = observed.volumes.iter().find_map(|one| one.encrypted)?;
    (part >= MOSTLY_ENCRYPTED).then(|| match observed.unlocked.first() {
        Some(path) => (
            Hope::Possible,
            format!(
                "{} of it is {how}, and it is unlocked now: look at {} instead, where it can be read.",
                percent(part),
                path.display()
            ),
        ),
        None => (
            Hope::NotPossible,
            format!(
                "{} of it is {how}. Without the password or the recovery key no program can read it; with it, \
                 unlock it and look at it again.",
                percent(part)
            ),
        ),
    })
}

fn random(observed: &Observed) -> Said {
    let free = observed.free.as_ref().filter(|free| free.photos == 0)?;
    let noise = free.noise_share()?;
    (observed.volumes.is_empty() && noise >= ALL_NOISE).then(|| {
        let said = format!(
            "{} of it looks random, and no file system is on it: it was overwritten with random data, or it is \
             encrypted in a way that leaves no mark. What was overwritten is gone for a laboratory, too.",
            percent(noise)
        );
        (Hope::NotPossible, said)
    })
}

fn denied(observed: &Observed) -> Said {
    let Access::Denied(why) = &observed.access else { return None };
    let (device, next) = match &observed.device {
        Some(path) => (path.display().to_string(), " Run it again with sudo."),
        None => ("What it lies on".to_owned(), ""),
    };
    let (hope, kind) = match &observed.medium {
        Some(medium) => (medium.prospect.hope, medium.prospect.why),
        None => (Hope::Possible, "nothing tells of what kind it is"),
    };
    let said = format!(
        "{device} could not be looked at ({why}), so that only its kind tells: {kind}.{next}"
    );
    Some((hope, said))
}

fn listed(observed: &Observed) -> Said {
    let listed = &observed.listed;
    let whole = listed.intact.saturating_sub(listed.partly);
    if listed.intact == 0 {
        return None;
    }
    let hope = if share(whole, listed.looked) >= HALF { Hope::Good } else { Hope::Possible };
    let looked = if listed.looked == listed.all { "" } else { " that were looked at" };
    let said = format!(
        "{} of {}{looked} still {} where the file system says that {} lay.{}",
        listed.intact,
        count(listed.looked, "deleted photo", "deleted photos"),
        if listed.intact == 1 { "begins as a photo" } else { "begin as photos" },
        if listed.looked == 1 { "it" } else { "they" },
        hurry(observed)
    );
    Some((hope, said))
}

/// That what is there now may be erased any moment.
fn hurry(observed: &Observed) -> &'static str {
    match &observed.medium {
        Some(medium) if !medium.written_at.is_empty() && medium.prospect.hope <= Hope::Unlikely => {
            " But this system tells the device which blocks are free, and it may erase them any moment: unmount \
             it now."
        }
        Some(medium) if !medium.written_at.is_empty() => {
            " It is in use, and every write can destroy them: unmount it now."
        }
        _ => "",
    }
}

fn photos(observed: &Observed) -> Said {
    let free = observed.free.as_ref().filter(|free| free.photos > 0)?;
    let is_anew = observed.volumes.iter().any(|one| one.is_formatted_anew);
    let is_erased = free.erased_share().is_some_and(|part| part >= MOSTLY_ERASED);
    let is_known_gone = observed.listed.looked > 0;
    let hope = match free.photos >= SEVERAL && !is_known_gone && (is_anew || !is_erased) {
        true => Hope::Good,
        false => Hope::Possible,
    };
    let location = match (observed.volumes.is_empty(), is_anew) {
        (true, _) => "no file system is on it, and",
        (_, true) => "it was formatted anew, and",
        _ => "in the space that is free,",
    };
    let said = format!(
        "{} {} in {} that were looked at: {location} what was there before can be found by what photos look \
         like.{}",
        count(free.photos, "photo", "photos"),
        if free.photos == 1 { "begins" } else { "begin" },
        places(free),
        hurry(observed)
    );
    Some((hope, said))
}

fn places(free: &FreeSpace) -> String {
    count(free.places, "place", "places")
}

fn full(observed: &Observed) -> Said {
    let part = observed.free_share()?;
    let hope = match part {
        _ if part <= FULL => Hope::NotPossible,
        _ if part <= NEARLY_FULL => Hope::Unlikely,
        _ => return None,
    };
    let free = match percent(part) {
        little if part < 0.01 => little.replacen('l', "L", 1),
        some => format!("Only {some}"),
    };
    let said = format!(
        "{free} of it is free: files that are there were written over nearly all that was deleted. What is \
         overwritten is gone for a laboratory, too."
    );
    Some((hope, said))
}

fn erased(observed: &Observed) -> Said {
    let free = observed.free.as_ref()?;
    let part = free.erased_share()?;
    let left = share(free.filled_anywhere, free.blocks_anywhere);
    let hope = match part {
        _ if part >= ALL_ERASED && left <= NEXT_TO_NOTHING => Hope::NotPossible,
        _ if part >= MOSTLY_ERASED => Hope::Unlikely,
        _ => return None,
    };
    let all = if hope == Hope::NotPossible { "All of" } else { "Most of" };
    let space = if observed.volumes.is_empty() { "it" } else { "the free space" };
    let said = format!(
        "{all} {space} was erased: {} of {} that were looked at hold {}. SSDs, phones and some cameras and cards \
         erase what is deleted or formatted; no program can bring that back.{}",
        percent(part),
        count(free.blocks - free.unreadable, "block", "blocks"),
        value(free),
        if hope == Hope::NotPossible && observed.device.is_some() {
            " A laboratory might, from the chips of some cards."
        } else {
            ""
        }
    );
    Some((hope, said))
}

/// What most of the erased blocks hold.
pub(super) fn value(free: &FreeSpace) -> &'static str {
    match (free.zeros, free.ones, free.constant) {
        (_, 0, 0) => "nothing but zeros",
        (0, _, 0) => "nothing but FFh, as erased flash does",
        _ => "one value from end to end",
    }
}

fn random_free_space(observed: &Observed) -> Said {
    let part = observed.free.as_ref()?.noise_share()?;
    (part >= MOSTLY_NOISE).then(|| {
        let said = format!(
            "{} of the free space looks random, and no photo begins in it: it was overwritten with random data, \
             or something encrypted lay there.",
            percent(part)
        );
        (Hope::Unlikely, said)
    })
}

fn listed_gone(observed: &Observed) -> Said {
    let listed = &observed.listed;
    let gone = listed.in_use + listed.erased + listed.other;
    (listed.looked > 0 && gone == listed.looked).then(|| {
        let said = format!(
            "Of {} that {} looked at none still begins as a photo: {} in use again by other files, {} erased, {} \
             otherwise overwritten.",
            count(listed.looked, "deleted photo", "deleted photos"),
            if listed.looked == 1 { "was" } else { "were" },
            listed.in_use,
            listed.erased,
            listed.other
        );
        (Hope::Unlikely, said)
    })
}

fn medium(observed: &Observed) -> Said {
    let medium = observed.medium.as_ref()?;
    (medium.prospect.hope <= Hope::Unlikely).then(|| {
        let said = format!(
            "No photo was seen in what was looked at, and its kind promises little: {}.",
            medium.prospect.why
        );
        (Hope::Unlikely, said)
    })
}

fn content(observed: &Observed) -> Said {
    let free = observed.free.as_ref()?;
    let filled = free.blocks.saturating_sub(free.unreadable + free.erased());
    Some((
        Hope::Possible,
        format!(
            "{} of {} that were looked at hold something, {} of {} in all; no photo begins in them, but only a \
             scan of all of it can tell.",
            filled,
            count(free.blocks, "block", "blocks"),
            percent(share(filled, free.blocks)),
            bytes(free.len)
        ),
    ))
}

#[cfg(test)]
mod tests;
