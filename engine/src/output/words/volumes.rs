//! Which file systems there are, and what they say of their files.

use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::{bytes, count};
use crate::output::report::{ReportSource, ReportUnlocked, ReportVolume};
use crate::source::unlock::can_unlock;

/// Volumes of one source that are named; the report lists all.
const MOST_NAMED: usize = 12;

/// Which volumes were found, and what each says of its files.
pub(super) fn tell(sources: &[ReportSource]) -> Vec<Paragraph> {
    let are_several = sources.len() > 1;
    let of = |source: &ReportSource| {
        let path = if are_several { format!("{}: ", plain(&source.path)) } else { String::new() };
        texts(source).into_iter().map(move |text| format!("{path}{text}"))
    };
    sources.iter().flat_map(of).map(|text| Paragraph::new(Topic::Volume, text)).collect()
}

fn texts(source: &ReportSource) -> Vec<String> {
    let mut texts = Vec::new();
    if !source.table_faults.is_empty() {
        let faults = plain(&source.table_faults.join("; "));
        texts.push(format!("The partition table contradicts itself: {faults}."));
    }
    texts.extend(source.unlocked.iter().take(MOST_NAMED).map(unlocked));
    texts.extend(source.volumes.iter().take(MOST_NAMED).map(text));
    let more = source.volumes.len().saturating_sub(MOST_NAMED) as u64;
    if more > 0 {
        texts.push(format!("and {}; the report lists all", count(more, "other", "others")));
    }
    texts
}

/// What was opened, and by what.
fn unlocked(open: &ReportUnlocked) -> String {
    let partition = open.partition.map(|number| format!("partition {number}, "));
    let (kind, len) = (file_system(&open.kind), bytes(open.length));
    let (partition, cipher) = (partition.unwrap_or_default(), plain(&open.cipher));
    format!("{partition}{kind} volume, {len}: unlocked by its {}, {cipher}", plain(&open.opened_by))
}

fn text(volume: &ReportVolume) -> String {
    let holds = match (&volume.locked, volume.lost) {
        (Some(locked), _) => plain(locked),
        (None, false) => format!("{}, {} deleted", files(volume.live, " there"), volume.deleted),
        (None, true) => files(volume.live.saturating_add(volume.deleted), ""),
    };
    let said = format!("{}: {holds}", title(volume));
    if volume.faults.is_empty() {
        return said;
    }
    let faults = plain(&volume.faults.join("; "));
    format!(
        "{said}. It contradicts itself: {faults}. Names may be missing, and what it says is still there is \
         recovered too; photos are searched for everywhere."
    )
}

fn files(n: u64, what: &str) -> String {
    format!("{}{what}", count(n, "file", "files"))
}

/// What a volume is called: `FAT32 volume CARD, 31.9 GB`.
pub fn title(volume: &ReportVolume) -> String {
    let partition = volume.partition.map(|number| format!("partition {number}, "));
    let lost = if volume.lost { "an earlier " } else { "" };
    let label = volume.label.as_deref().map(plain).filter(|label| !label.trim().is_empty());
    let label = label.map(|label| format!(" {}", label.trim())).unwrap_or_default();
    let (kind, len) = (file_system(&volume.kind), bytes(volume.length));
    format!("{}{lost}{kind} volume{label}, {len}", partition.unwrap_or_default())
}

/// A file system as people write it.
pub fn file_system(kind: &str) -> String {
    let names = [
        ("exfat", "exFAT"),
        ("bitlocker", "BitLocker"),
        ("corestorage", "CoreStorage"),
        ("encrcdsa", "encrypted macOS"),
        ("hfsx", "HFSX"),
        ("hfs+", "HFS+"),
    ];
    let is_upper = ["fat", "ntfs", "apfs", "luks"].iter().any(|name| kind.starts_with(name));
    match names.iter().find(|(known, _)| *known == kind) {
        Some((_, name)) => (*name).to_owned(),
        None if is_upper => kind.to_uppercase(),
        None => kind.to_owned(),
    }
}

/// From so large a share of empty free space on, it is said.
const MOSTLY_BLANK: f32 = 0.9;

/// What free space without any content means for what was deleted there.
pub(super) fn erased(volume: &ReportVolume) -> Option<String> {
    let (free, blank) = (volume.free?, volume.free_blank?);
    (volume.deleted > 0 && free > 0 && blank >= MOSTLY_BLANK).then(|| {
        format!(
            "The free space of the {} ({}) is empty: what was deleted there was erased too, as SSDs, phones \
             and many cards do by themselves (TRIM), or it was never used. No program can bring that \
             back.",
            title(volume),
            bytes(free)
        )
    })
}

/// What an encrypted volume means for what lies in it, and what opens it.
pub fn locked(volume: &ReportVolume) -> Option<String> {
    let how = to_unlock(&volume.kind);
    Some(format!("{}: {how}; nothing can be read from it otherwise.", encrypted(volume)?))
}

/// That a volume is encrypted, as the beginning of a sentence.
pub(super) fn encrypted(volume: &ReportVolume) -> Option<String> {
    Some(format!("The {} is {}", title(volume), plain(volume.locked.as_ref()?)))
}

/// What opens an encrypted volume of such a kind.
pub(super) fn to_unlock(kind: &str) -> String {
    let here = match kind {
        _ if !can_unlock(kind) => None,
        "bitlocker" => Some(
            "scan it again with --unlock, which asks for its password or recovery key, or with --unlock-key-file FILE for a \
             startup key; or ",
        ),
        _ => Some(
            "scan it again with --unlock, which asks for its passphrase, or with --unlock-key-file FILE for a key file; or ",
        ),
    };
    let here = here.unwrap_or_default();
    format!("{here}unlock it{} and scan the unlocked device", opened_by(kind))
}

/// The command that opens a volume of such a kind, as it stands behind "unlock it".
fn opened_by(kind: &str) -> &'static str {
    match kind {
        "luks1" | "luks2" => {
            " (`cryptsetup open --readonly DEVICE NAME`; it is /dev/mapper/NAME then)"
        }
        "bitlocker" => {
            " (`manage-bde -unlock E: -RecoveryPassword KEY` on Windows; `dislocker` or `cryptsetup open --readonly --type bitlk \
             DEVICE NAME` on Linux)"
        }
        "apfs" => " (`diskutil apfs unlockVolume DISK` on a Mac)",
        "corestorage" => " (`diskutil coreStorage unlockVolume UUID` on a Mac)",
        "encrcdsa" => " (`hdiutil attach -readonly FILE` on a Mac)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(more: serde_json::Value) -> ReportVolume {
        let mut volume = serde_json::json!({
            "type": "fat32", "offset": 0, "length": 29_000_000, "cluster_size": 4096,
            "consistent": true, "live": 12, "deleted": 30
        });
        volume.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(volume).unwrap()
    }

    #[track_caller]
    fn check(more: serde_json::Value, expected: &str) {
        assert_eq!(text(&volume(more)), expected);
    }

    #[test]
    fn a_volume_is_told_in_a_line() {
        use serde_json::json;
        check(json!({ "label": "CARD" }), "FAT32 volume CARD, 29.0 MB: 12 files there, 30 deleted");
        check(
            json!({ "type": "exfat", "partition": 2, "live": 1, "label": " " }),
            "partition 2, exFAT volume, 29.0 MB: 1 file there, 30 deleted",
        );
        check(json!({ "type": "ext4", "lost": true }), "an earlier ext4 volume, 29.0 MB: 42 files");
        check(
            json!({ "type": "bitlocker", "locked": "encrypted by BitLocker" }),
            "BitLocker volume, 29.0 MB: encrypted by BitLocker",
        );
        check(
            json!({ "faults": ["the tables differ", "a chain is a circle"] }),
            "FAT32 volume, 29.0 MB: 12 files there, 30 deleted. It contradicts itself: the tables \
             differ; a chain is a circle. Names may be missing, and what it says is still there is \
             recovered too; photos are searched for everywhere.",
        );
    }

    #[test]
    fn a_label_cannot_speak_to_the_terminal() {
        let title = title(&volume(serde_json::json!({ "label": "A\u{1b}[2J" })));
        assert_eq!(title, "FAT32 volume A?[2J, 29.0 MB");
        let faults = volume(serde_json::json!({ "faults": ["a\u{202e}b"] }));
        assert!(text(&faults).contains(": a?b. "));
    }
}
