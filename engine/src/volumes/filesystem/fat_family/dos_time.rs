//! Dates and times as DOS packs them, in FAT and exFAT alike.

use jiff::civil::DateTime;

/// The moment, if it is one; `hundredths` of a second, up to 199, are what the two-second steps of
/// `time` leave out.
///
/// Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "Date and Time Formats";
/// "exFAT file system specification", 7.4.8.
pub(crate) fn moment(date: u16, time: u16, hundredths: u8) -> Option<DateTime> {
    let year = 1980 + (date >> 9) as i16;
    let (month, day) = ((date >> 5 & 15) as i8, (date & 31) as i8);
    let (hour, minute) = ((time >> 11) as i8, (time >> 5 & 63) as i8);
    let hundredths = if hundredths < 200 { i32::from(hundredths) } else { 0 };
    let second = (time & 31) as i8 * 2 + (hundredths / 100) as i8;
    DateTime::new(year, month, day, hour, minute, second, hundredths % 100 * 10_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn moments_are_packed_in_two_words() {
        let (day, time) = (44 << 9 | 5 << 5 | 17, 18 << 11 | 3 << 5 | 11);
        assert_eq!(moment(day, time, 0), Some(date(2024, 5, 17).at(18, 3, 22, 0)));
        assert_eq!(moment(day, time, 150), Some(date(2024, 5, 17).at(18, 3, 23, 500_000_000)));
        assert_eq!(moment(day, time, 255), moment(day, time, 0));
    }

    #[test]
    fn what_no_calendar_has_is_no_moment() {
        assert_eq!(moment(0, 0, 0), None, "month and day count from one");
        assert_eq!(moment(44 << 9 | 2 << 5 | 30, 0, 0), None);
        assert_eq!(moment(44 << 9 | 2 << 5 | 3, 24 << 11, 0), None);
        assert_eq!(moment(44 << 9 | 2 << 5 | 3, 30, 0), None, "sixty seconds");
    }
}
