//! How cameras call their folders.
//!
//! Source: JEITA CP-3461 (DCF 2.0), 3.2.

/// The folder of the root that holds all others.
pub(crate) const ROOT: &str = "DCIM";

/// Whether a folder in it is called so: a number from 100 on, and five characters.
pub(crate) fn is_folder(name: &str) -> bool {
    let name = name.as_bytes();
    matches!(name.first(), Some(b'1'..=b'9')) && is_folder_without_letter(name)
}

/// The same of a name whose first letter is lost.
pub(crate) fn is_folder_without_letter(name: &[u8]) -> bool {
    let is_free = |&byte: &u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    name.len() == 8 && name[1..3].iter().all(u8::is_ascii_digit) && name[3..].iter().all(is_free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_cameras_count_from_a_hundred() {
        assert!(is_folder_without_letter(b"_00CANON") && !is_folder_without_letter(b"_"));
        assert!(is_folder("100CANON") && is_folder("999_PANA"));
        assert!(!is_folder("099CANON") && !is_folder("100canon") && !is_folder("100CANONS"));
    }
}
