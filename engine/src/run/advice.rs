//! What to try, in which order, and what it costs: the ways to get a photo back, filled in with what was found.
//!
//! The order is that of chances and costs: what is whole and easy to reach comes first, what reads a whole disk
//! last. Nothing here looks at anything: [`advice`] is a function of what a search found.

mod looked;
mod means;
mod step;

pub use looked::{Looked, LookedPlace, LookedSource};
pub use means::{Means, Selective};
pub use step::Step;

/// The steps to take, in order. Every way is named, also those of which nothing was found: whoever reads it has
/// places that no search can reach.
pub fn advice(looked: &Looked) -> Vec<Step> {
    Means::ALL.iter().map(|means| Step::of(*means, looked)).collect()
}

/// How the next loss is prevented, a sentence each.
pub fn prevention() -> &'static [&'static str] {
    &[
        "Sync is not backup: what is deleted in a synced folder or library is deleted on all devices. Keep a copy \
         that does not follow.",
        "Import first, look whether all of it is there, then format the card, and in the camera.",
        "Keep two copies on two media, one of them elsewhere: a disk in a drawer at home burns with the computer.",
        "Turn on what the system has: Time Machine on a Mac, File History or Windows Backup on Windows, a timer for \
         a backup on Linux; and try once whether a photo comes back from it.",
        "Back the phone up to a computer as well, with a password that you keep: such a backup holds the photos \
         whole, and nothing in the cloud can delete them from it.",
        "Slide the write-protect switch of a card to LOCK before it goes into a computer.",
        "After a loss, stop at once: no new photos, no repair, no formatting. What is not overwritten can come back.",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Hope;

    fn commands(steps: &[Step], means: Means) -> Vec<String> {
        steps.iter().find(|step| step.means == means).unwrap().commands.clone()
    }

    #[test]
    fn every_way_is_named_in_the_order_to_try_them() {
        let steps = advice(&Looked::default());
        let order: Vec<&str> = steps.iter().map(|step| step.means.name()).collect();
        assert_eq!(
            order,
            [
                "trash", "cloud", "backup", "versions", "library", "previews", "undelete", "carve",
                "lab"
            ]
        );
        for step in &steps {
            assert!(step.found.is_none() && step.says.ends_with('.'), "{step:?}");
            assert!(![step.means.method(), step.means.best_for(), step.means.risk()].contains(&""));
        }
    }

    #[test]
    fn nothing_is_to_be_written_to_the_disk_of_the_loss() {
        let mut looked = Looked {
            paths: vec!["/home/me".into()],
            next_output: Some("recovered".into()),
            needs_other_disk: true,
            ..Looked::default()
        };
        assert_eq!(commands(&advice(&looked), Means::Trash), [""; 0], "it was looked at just now");
        looked.places.push(LookedPlace::new(Means::Trash, "trash", "/home/me/.Trash", 2));
        let steps = advice(&looked);
        let trash = commands(&steps, Means::Trash);
        assert_eq!(trash, ["afterimage find /home/me --output DIR"]);
        assert!(steps[0].says.contains("another disk"), "{}", steps[0].says);
        assert!(!steps[8].says.contains("DIR"), "no command, no folder: {}", steps[8].says);
    }

    #[test]
    fn what_was_found_is_filled_in_with_the_command_that_brings_it() {
        let mut looked = Looked { paths: vec!["/home/me".into()], ..Looked::default() };
        looked.places.push(LookedPlace {
            expires: Some("2026-12-09".to_owned()),
            ..LookedPlace::new(Means::Trash, "trash", "/home/me/.local/share/Trash", 12)
        });
        let locked = LookedPlace::new(Means::Backup, "iPhone backup", "/b/my backup", 0);
        looked.places.push(LookedPlace { is_locked: true, ..locked });
        let steps = advice(&looked);
        assert_eq!(steps[0].found, Some(12));
        assert!(steps[0].says.contains("12 photos") && steps[0].says.contains("2026-12-09"));
        assert_eq!(commands(&steps, Means::Trash), ["afterimage find /home/me --output recovered"],);
        let backup = &steps[2];
        assert!(backup.says.contains("password"), "{}", backup.says);
        assert_eq!(
            backup.commands,
            ["afterimage backup recover '/b/my backup' --output recovered"]
        );
    }

    #[test]
    fn a_scan_is_advised_by_what_can_be_hoped_for() {
        let source = |path: &str, hope| LookedSource::new(path, hope, "Because.");
        let looked = Looked {
            sources: vec![
                source("/dev/sdb", Hope::Good),
                source("/dev/nvme0n1", Hope::NotPossible),
            ],
            ..Looked::default()
        };
        let steps = advice(&looked);
        let carve = commands(&steps, Means::Carve);
        assert_eq!(carve, ["sudo afterimage scan /dev/sdb --output recovered"]);
        let said = &steps.iter().find(|step| step.means == Means::Carve).unwrap().says;
        assert!(
            said.contains("/dev/sdb: good") && said.contains("/dev/nvme0n1: not possible"),
            "{said}"
        );
        let failing = LookedSource { is_failing: true, ..source("card.img", Hope::Possible) };
        let steps = advice(&Looked { sources: vec![failing], ..Looked::default() });
        let carve = commands(&steps, Means::Undelete);
        assert!(carve[0].starts_with("afterimage image card.img"), "{carve:?}");
    }

    #[test]
    fn what_no_device_holds_is_not_to_be_scanned() {
        use crate::run::prognosis::{Phone, prognosis_of_phone};
        let phone = LookedSource::from(&prognosis_of_phone(Phone::Apple));
        assert!(phone.is_phone && !phone.can_be_scanned);
        let folder = LookedSource {
            can_be_scanned: false,
            ..LookedSource::new("/home", Hope::Possible, "x.")
        };
        let steps = advice(&Looked { sources: vec![phone, folder], ..Looked::default() });
        assert_eq!(commands(&steps, Means::Carve), [""; 0]);
        assert!(steps[7].says.contains("/home: possible"), "{}", steps[7].says);
    }

    #[test]
    fn photos_that_are_only_in_the_cloud_are_said_to_be_there() {
        let steps = advice(&Looked { only_in_cloud: 3, ..Looked::default() });
        assert!(steps[1].says.contains("3 photos"), "{}", steps[1].says);
    }
}
