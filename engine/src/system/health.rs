//! What hints at how a drive fares, as far as the system tells it without asking the drive.

use std::path::Path;

use super::system::attribute;

/// So many requests fail on a drive that is well, while it is found out what it understands.
const USUAL_ERRORS: u64 = 10;

/// The hints that the folder of a drive in `/sys` and what it says of itself give, a sentence each.
pub(super) fn hints(folder: &Path, registers: &[(&'static str, String)]) -> Vec<String> {
    let of = |name: &str| registers.iter().find(|one| one.0 == name).map(|one| one.1.as_str());
    let mut hints: Vec<String> = Vec::new();
    hints.extend(of("life_time").and_then(worn));
    hints.extend(of("pre_eol_info").and_then(reserve));
    let hex = |name: &str| {
        let text = attribute(folder, name)?;
        u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
    };
    if let Some(failed) = hex("device/ioerr_cnt").filter(|failed| *failed > USUAL_ERRORS) {
        let all = hex("device/iorequest_cnt").unwrap_or(failed).max(failed);
        hints.push(format!("{failed} of {all} requests failed since it was connected"));
    }
    hints
}

/// How much of the life of the chips is over: two kinds of them, in tenths.
///
/// Source: JEDEC JESD84-B51, 7.4.43 and 7.4.44, `DEVICE_LIFE_TIME_EST`.
fn worn(text: &str) -> Option<String> {
    let tenths = text.split_whitespace().filter_map(|one| {
        u8::from_str_radix(one.strip_prefix("0x")?, 16).ok().filter(|tenths| *tenths > 0)
    });
    Some(match tenths.max()? {
        11.. => "its chips are past the life they were made for".to_owned(),
        tenths => format!("up to {} % of the life of its chips is over", tenths * 10),
    })
}

/// Whether the blocks that stand in for worn ones run out.
///
/// Source: JEDEC JESD84-B51, 7.4.45, `PRE_EOL_INFO`.
fn reserve(text: &str) -> Option<String> {
    match u8::from_str_radix(text.strip_prefix("0x")?, 16).ok()? {
        2 => Some("80 % of its spare blocks are used up".to_owned()),
        3 => Some("its spare blocks are nearly used up: copy it now".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_chip_says_is_told_in_words() {
        assert_eq!(worn("0x01 0x03").unwrap(), "up to 30 % of the life of its chips is over");
        assert!(worn("0x0b 0x01").unwrap().contains("past the life"));
        assert_eq!((worn("0x00 0x00"), worn("junk")), (None, None));
        assert_eq!(reserve("0x01"), None);
        assert!(reserve("0x03").unwrap().contains("copy it now"));
    }

    #[test]
    fn a_few_failed_requests_are_no_sign() {
        let folder = tempfile::tempdir().unwrap();
        let said = |failed: &str| {
            std::fs::create_dir_all(folder.path().join("device")).unwrap();
            std::fs::write(folder.path().join("device/ioerr_cnt"), failed).unwrap();
            std::fs::write(folder.path().join("device/iorequest_cnt"), "0x64\n").unwrap();
            hints(folder.path(), &[])
        };
        assert_eq!(said("0x3\n"), [""; 0]);
        assert_eq!(said("0x20\n"), ["32 of 100 requests failed since it was connected"]);
    }
}
