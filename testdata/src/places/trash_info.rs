//! What a FreeDesktop trash folder notes of a file.
//!
//! Source: FreeDesktop.org, "Trash specification", 1.0. Checked by `trash-list` of trash-cli 0.17.1.

/// A `.trashinfo` file: the path and when it was deleted, as local time.
pub fn trash_info(path: &str, deleted: &str) -> Vec<u8> {
    format!("[Trash Info]\nPath={}\nDeletionDate={deleted}\n", percent(path)).into_bytes()
}

/// A path as in a URI: all but letters, digits and what a path is made of is `%` and two digits.
pub fn percent(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~+!".contains(byte);
    let each = path.bytes().map(|byte| match plain(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    each.collect()
}
