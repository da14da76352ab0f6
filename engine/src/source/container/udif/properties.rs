//! The tables of blocks in the property list of an image, which is XML as macOS writes it.
//!
//! Source: Apple, PropertyList-1.0.dtd.

use data_encoding::BASE64;

/// The tables, one for each partition: the data of the entries of `blkx`.
pub(super) fn tables(list: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(list);
    let Some((_, rest)) = text.split_once("<key>blkx</key>") else { return Vec::new() };
    let array = rest.split_once("</array>").map_or(rest, |(array, _)| array);
    let entries = array.split("<key>Data</key>").skip(1);
    let data = entries.filter_map(|entry| {
        let (text, _) = entry.trim_start().strip_prefix("<data>")?.split_once("</data>")?;
        let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        BASE64.decode(&text).ok()
    });
    data.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_the_tables_are_found_among_others() {
        let list = b"<plist><dict><key>resource-fork</key><dict><key>blkx</key>\n<array><dict>\
            <key>Data</key>\n<data>\n\tbWlz\n\taA==\n\t</data><key>ID</key><string>0</string></dict><dict>\
            <key>Data</key><data>!!</data></dict><dict><key>Data</key><data>AAE=</data></dict></array>\
            <key>plst</key><array><dict><key>Data</key><data>AAAA</data></dict></array></dict></dict></plist>";
        assert_eq!(tables(list), [b"mish".to_vec(), vec![0, 1]]);
        assert!(tables(b"").is_empty() && tables(b"<key>blkx</key>").is_empty());
    }
}
