//! Dates as lists write them.

use crate::model::Moment;

/// A number of seconds from this on is one of milliseconds: a second this late is in the year 5138.
const LEAST_MILLISECONDS: i64 = 100_000_000_000;

/// A date of Exif, ISO 8601, RFC 3339, or a number of seconds or milliseconds since 1970; without a time of day,
/// midnight. Nothing where it is none.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        let seconds = if number >= LEAST_MILLISECONDS { number / 1000 } else { number };
        return Moment::utc(seconds, 0);
    }
    let (day, rest) = text.split_at_checked(10)?;
    let day = day.replace([':', '/', '.'], "-");
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return moment(&day, "00:00:00", None);
    }
    let zone = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    let time = time.split('.').next().unwrap_or(time);
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    moment(&day, &time, offset(zone.trim()).as_deref())
}

fn moment(day: &str, time: &str, offset: Option<&str>) -> Option<Moment> {
    let moment = Moment::parse(&format!("{day}T{time}"), offset)?;
    // Cameras whose clock was never set write zeros.
    (moment.civil.year() > 0).then_some(moment)
}

/// An offset from UTC as `+01:00`.
fn offset(zone: &str) -> Option<String> {
    match zone {
        "Z" | "z" | "UTC" => Some("+00:00".to_owned()),
        _ if zone.len() == 5 && !zone.contains(':') => {
            let (hours, minutes) = zone.split_at(3);
            Some(format!("{hours}:{minutes}"))
        }
        _ => zone.starts_with(['+', '-']).then(|| zone.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_lists_write_them() {
        for (text, expected) in [
            ("2023:11:14 22:13:20", Some("2023-11-14T22:13:20")),
            ("2023-11-14T22:13:20.123Z", Some("2023-11-14T22:13:20Z")),
            ("2023-11-14T22:13:20+01:00", Some("2023-11-14T22:13:20+01:00")),
            ("2023-11-14 22:13:20 -0530", Some("2023-11-14T22:13:20-05:30")),
            ("2023-11-14 22:13", Some("2023-11-14T22:13:00")),
            ("2023/11/14", Some("2023-11-14T00:00:00")),
            ("1700000000", Some("2023-11-14T22:13:20Z")),
            ("1700000000123", Some("2023-11-14T22:13:20Z")),
            ("0000:00:00 00:00:00", None),
            ("2023-13-14", None),
            ("yesterday", None),
            ("ä2023-11-14", None),
            ("", None),
        ] {
            let found = parse(text).map(|moment| moment.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
