//! Packs: data in the page that no browser takes for markup or a script.

use std::io::{self, Write};

use data_encoding::BASE64;
use miniz_oxide::deflate::compress_to_vec_zlib;

/// How hard packs are compressed, from 0 to 10: higher levels take several times as long for little.
const LEVEL: u8 = 4;

/// Writes a block that holds `json`, for scripts to find by its kind and number. The digits of base64 cannot close it.
///
/// # Errors
///
/// Those of `out`.
pub(super) fn write(out: &mut dyn Write, kind: &str, number: usize, json: &[u8]) -> io::Result<()> {
    let packed = BASE64.encode(&compress_to_vec_zlib(json, LEVEL));
    let tag = "script type=\"application/octet-stream\"";
    writeln!(out, "<{tag} id=\"{kind}-{number}\">{packed}</script>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    #[test]
    fn a_pack_comes_back_as_it_was_and_cannot_close_its_block() {
        let json = br#"["</script><script>alert(1)</script><!--"]"#;
        let mut out = Vec::new();
        write(&mut out, "list", 7, json).unwrap();
        let page = String::from_utf8(out).unwrap();
        let (tag, rest) = page.split_once('>').unwrap();
        assert_eq!(tag, "<script type=\"application/octet-stream\" id=\"list-7\"");
        let packed = rest.strip_suffix("</script>\n").unwrap();
        assert!(packed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
        let packed = BASE64.decode(packed.as_bytes()).unwrap();
        assert_eq!(decompress_to_vec_zlib(&packed).unwrap(), json);
    }
}
