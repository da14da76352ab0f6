//! Recovery keys: eight numbers of six digits, each a multiple of eleven.

use zeroize::Zeroizing;

/// The key in a text, such as `123456-...`; nothing where it is none, or a digit of it is wrong.
pub(super) fn key(text: &str) -> Option<Zeroizing<[u8; 16]>> {
    let groups: Vec<&str> =
        text.trim().split(['-', ' ']).filter(|group| !group.is_empty()).collect();
    let mut key = Zeroizing::new([0; 16]);
    if groups.len() != 8 {
        return None;
    }
    for (bytes, group) in key.chunks_mut(2).zip(groups) {
        let is_number = group.len() == 6 && group.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = group.parse().ok().filter(|_| is_number)?;
        if !number.is_multiple_of(11) {
            return None;
        }
        bytes.copy_from_slice(&u16::try_from(number / 11).ok()?.to_le_bytes());
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_that_is_wrong_makes_no_key() {
        let whole = "000000-000011-720885-000000-000000-000000-000000-000022";
        let key_of = |text: &str| key(text).map(|key| *key);
        assert_eq!(key_of(whole), Some([0, 0, 1, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]));
        assert_eq!(key_of(&whole.replace('-', " ")), key_of(whole));
        for wrong in [
            "",
            "a password",
            &whole[..48],
            &whole.replace("11-", "12-"),
            &whole.replace("720885", "720896"),
        ] {
            assert_eq!(key_of(wrong), None, "{wrong}");
        }
        assert_eq!(key_of(&format!("{whole}-000000")), None);
    }
}
