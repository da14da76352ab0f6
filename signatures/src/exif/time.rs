//! Times as cameras write them: `YYYY:MM:DD HH:MM:SS`, with no zone.
//!
//! Source: Exif 2.32, 4.6.4 "DateTime" and 4.6.5 "OffsetTime".

/// Years in which a camera's clock can have been right.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;

/// The time as RFC 3339 without zone and fraction; nothing when the clock was not set; or what is
/// wrong with it.
pub fn civil(bytes: &[u8]) -> Result<Option<String>, &'static str> {
    let bytes = bytes.trim_ascii();
    let unset = |byte: &u8| matches!(byte, b'0' | b':' | b' ' | b'-' | b'/' | 0);
    if bytes.iter().all(unset) {
        return Ok(None);
    }
    let (time, _) = bytes.split_first_chunk::<19>().ok_or("time")?;
    let separated = [4, 7].iter().all(|&at| matches!(time[at], b':' | b'-' | b'/' | b'.'))
        && matches!(time[10], b' ' | b'T')
        && [13, 16].iter().all(|&at| time[at] == b':');
    let number = |at: usize, len: usize| digits(&time[at..at + len]);
    let fields = (|| {
        Some((
            number(0, 4)?,
            number(5, 2)?,
            number(8, 2)?,
            number(11, 2)?,
            number(14, 2)?,
            number(17, 2)?,
        ))
    })();
    let (year, month, day, hour, minute, second) = fields.ok_or("time")?;
    if !separated {
        return Err("time");
    }
    if !YEARS.contains(&year) || day == 0 || day > days(year, month) {
        return Err("date");
    }
    if hour > 23 || minute > 59 || second > 60 {
        return Err("time");
    }
    let second = second.min(59);
    Ok(Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")))
}

/// The offset from UTC as `+01:00`, if it is one.
pub fn offset(bytes: &[u8]) -> Option<String> {
    let text = bytes.trim_ascii();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if text == b"Z" {
        return Some("+00:00".to_owned());
    }
    let &[sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] = text else {
        return None;
    };
    let (hours, minutes) = (digits(&[h1, h0])?, digits(&[m1, m0])?);
    (hours <= 14 && minutes < 60).then(|| format!("{}{hours:02}:{minutes:02}", char::from(sign)))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// Days of a month, 0 of one that there is not.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_can_be_are_kept() {
        for (written, read) in [
            (&b"2023:11:14 15:42:13"[..], Ok(Some("2023-11-14T15:42:13"))),
            (b"2023-11-14T15:42:13.25+01:00", Ok(Some("2023-11-14T15:42:13"))),
            (b"2024:02:29 23:59:60", Ok(Some("2024-02-29T23:59:59"))),
            (b"0000:00:00 00:00:00", Ok(None)),
            (b"    :  :     :  :  ", Ok(None)),
            (b"", Ok(None)),
            (b"2023:13:14 15:42:13", Err("date")),
            (b"2023:02:29 15:42:13", Err("date")),
            (b"2023:02:00 15:42:13", Err("date")),
            (b"1980:01:01 00:00:00", Err("date")),
            (b"2101:01:01 00:00:00", Err("date")),
            (b"2023:11:14 24:00:00", Err("time")),
            (b"2023:11:14", Err("time")),
            (b"yesterday at the sea", Err("time")),
        ] {
            let found = civil(written);
            assert_eq!(found.as_ref().map(|time| time.as_deref()).map_err(|what| *what), read);
        }
    }

    #[test]
    fn offsets_have_a_sign_and_two_numbers() {
        for (written, read) in [
            (&b"+01:00"[..], Some("+01:00")),
            (b"-03:30\0", Some("-03:30")),
            (b"Z", Some("+00:00")),
            (b"+15:00", None),
            (b"01:00", None),
            (b"   :  ", None),
        ] {
            assert_eq!(offset(written).as_deref(), read, "{written:?}");
        }
    }
}
