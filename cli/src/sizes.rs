//! Sizes, pixel counts and ranges as they are typed.

use afterimage_engine::options::Options;

/// Bytes: decimal with a suffix that counts in 1024s, or hex.
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "not a size such as 4096, 0x1000, 64K, 2MiB or 1G".to_owned();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // `from_str_radix` would take a sign.
        let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        return digits.then(|| u64::from_str_radix(hex, 16).ok()).flatten().ok_or_else(wrong);
    }
    let (number, suffix) = split(text);
    let shift = match suffix.strip_suffix("iB").unwrap_or(suffix) {
        "" if suffix.is_empty() => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        "T" | "t" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(|| "larger than any disk".to_owned())
}

/// Bytes in a second.
pub fn speed(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        0 => {
            Err("nothing would be read; name a size such as 10M, or leave the option out"
                .to_owned())
        }
        speed => Ok(speed),
    }
}

/// Pixels: decimal, `M` or `MP` for millions.
pub fn pixels(text: &str) -> Result<u64, String> {
    let wrong = || "not a number of pixels such as 300000, 300K or 2MP".to_owned();
    let (number, suffix) = split(text);
    let factor = match suffix.strip_suffix(['P', 'p']).unwrap_or(suffix) {
        "" if suffix.is_empty() => 1,
        "K" | "k" => 1_000,
        "M" | "m" => 1_000_000,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).ok_or_else(|| "more than any picture has".to_owned())
}

/// A number of worker threads.
pub fn threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| "not a number from 1 to 1024".to_owned())
}

/// The number of a partition.
pub fn volume(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "not the number of a partition: they are counted from 1".to_owned())
}

/// Bytes of a chunk.
pub fn chunk(text: &str) -> Result<u64, String> {
    let len = bytes(text)?;
    let bounds = Options::MIN_CHUNK_LEN..=Options::MAX_CHUNK_LEN;
    if !len.is_multiple_of(512) || !bounds.contains(&len) {
        let (min, max) = (bounds.start() >> 10, bounds.end() >> 20);
        return Err(format!("must be a multiple of 512 bytes from {min}K to {max}M"));
    }
    Ok(len)
}

/// `OFF:LEN`, first byte and length; without a length, to the end.
pub fn range(text: &str) -> Result<(u64, u64), String> {
    let (start, len) =
        text.split_once(':').ok_or("not OFF:LEN, such as 1G:512M, 0x100000:0x2000 or 1G:")?;
    let start = bytes(start)?;
    match len {
        "" => Ok((start, u64::MAX)),
        _ => match bytes(len)? {
            0 => Err("the range is empty".to_owned()),
            len => Ok((start, len)),
        },
    }
}

/// The digits that a text begins with, and the rest.
fn split(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_with_binary_suffixes_or_hex() {
        let table = [
            ("0", Some(0)),
            ("4096", Some(4096)),
            ("64K", Some(64 << 10)),
            ("64KiB", Some(64 << 10)),
            ("2m", Some(2 << 20)),
            ("1G", Some(1 << 30)),
            ("3TiB", Some(3 << 40)),
            ("0x1B", Some(27)),
            ("0xFFFFFFFFFFFFFFFF", Some(u64::MAX)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("16777216T", None),
            ("", None),
            ("K", None),
            ("iB", None),
            ("1iB", None),
            ("1.5M", None),
            ("2MB", None),
            ("-1", None),
            ("+1", None),
            ("0x", None),
            ("0x+1", None),
            ("0x1K", None),
            ("1 K", None),
        ];
        for (text, expected) in table {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn threads_and_partitions_are_counted_from_1() {
        for (text, expected) in [("1", Some(1)), ("1024", Some(1024)), ("0", None), ("-1", None)] {
            assert_eq!(threads(text).ok(), expected, "{text}");
        }
        assert!(threads("1025").is_err() && threads("lots").is_err());
        assert_eq!(volume("7"), Ok(7));
        assert!(volume("0").is_err() && volume("two").is_err());
    }

    #[test]
    fn pixels_are_decimal_or_millions() {
        let table = [
            ("300000", Some(300_000)),
            ("300K", Some(300_000)),
            ("2M", Some(2_000_000)),
            ("2MP", Some(2_000_000)),
            ("2P", None),
            ("MP", None),
            ("2MiB", None),
        ];
        for (text, expected) in table {
            assert_eq!(pixels(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn chunks_are_whole_sectors_within_bounds() {
        let table = [
            ("4K", Some(4096)),
            ("4608", Some(4608)),
            ("32M", Some(32 << 20)),
            ("2048", None),
            ("4097", None),
            ("64M", None),
        ];
        for (text, expected) in table {
            assert_eq!(chunk(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn ranges_are_a_first_byte_and_a_length() {
        let table = [
            ("0:512", Some((0, 512))),
            ("0x1000:0x200", Some((4096, 512))),
            ("1G:512M", Some((1 << 30, 512 << 20))),
            ("1M:", Some((1 << 20, u64::MAX))),
            ("0:", Some((0, u64::MAX))),
            (":512", None),
            ("512", None),
            ("0:0", None),
            ("1:2:3", None),
            ("a:b", None),
        ];
        for (text, expected) in table {
            assert_eq!(range(text).ok(), expected, "{text}");
        }
    }
}
