//! Dates in names, by their digits.

use jiff::civil;

use crate::model::Moment;

/// The moment in a text of the form of `pattern`, in which `0` stands for a digit and all else for itself: year,
/// month, day, hour, minute and second in this order. Nothing where the text has another form or no calendar the date.
pub(super) fn moment(text: &str, pattern: &str, offset: Option<i32>) -> Option<Moment> {
    if text.len() != pattern.len() {
        return None;
    }
    let mut digits = Vec::new();
    for (byte, wanted) in text.bytes().zip(pattern.bytes()) {
        match wanted {
            b'0' if byte.is_ascii_digit() => digits.push(byte - b'0'),
            other if other == byte => {}
            _ => return None,
        }
    }
    let number = |from: usize, len: usize| {
        let digits = digits.get(from..from + len)?;
        Some(digits.iter().fold(0i16, |sum, digit| sum * 10 + i16::from(*digit)))
    };
    let two = |from| i8::try_from(number(from, 2)?).ok();
    let civil =
        civil::DateTime::new(number(0, 4)?, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?, 0);
    Some(Moment { civil: civil.ok()?, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_of_that_form_are_dates() {
        let read = |text| moment(text, "0000-00-00-000000", None).map(|moment| moment.to_string());
        assert_eq!(read("2023-11-14-221320").as_deref(), Some("2023-11-14T22:13:20"));
        for none in
            ["2023-13-14-221320", "2023-11-14 221320", "2023-11-14-22132", "2023-11-14-2213200", ""]
        {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
