//! Numbers in a list of properties, which is XML as macOS writes it for a bundle.

/// The integer that follows a key.
///
/// Source: Apple, PropertyList-1.0.dtd.
pub(super) fn integer(xml: &[u8], key: &str) -> Option<u64> {
    let text = std::str::from_utf8(xml).ok()?;
    let after = text.split_once(&format!("<key>{key}</key>"))?.1.trim_start();
    let digits = after.strip_prefix("<integer>")?.split_once("</integer>")?.0.trim();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_key_is_its_own() {
        let xml = b"<dict><key>band-size</key><integer>8388608</integer>\n<key>size</key>\n\t<integer> 42 </integer><key>x</key><string>1</string></dict>";
        assert_eq!((integer(xml, "size"), integer(xml, "band-size")), (Some(42), Some(8_388_608)));
        assert_eq!(
            (integer(xml, "x"), integer(xml, "y"), integer(b"\xff", "x")),
            (None, None, None)
        );
        bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
            let _any = integer(bytes, "size");
        });
    }
}
