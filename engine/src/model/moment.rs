//! Moments as clocks of cameras and file systems show them, with a zone or without.

use std::fmt;

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// A moment as a file system or a camera has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// What the clock showed.
    pub civil: DateTime,
    /// Seconds east of UTC of that clock, where they are known.
    pub offset: Option<i32>,
}

/// Seconds from 1601, where Windows begins to count, to 1970.
const FROM_1601_TO_1970: i64 = 11_644_473_600;

impl Moment {
    /// A moment as Windows counts, a FILETIME: 100 ns since 1601 in UTC; nothing far from our time.
    pub fn filetime(ticks: u64) -> Option<Self> {
        let seconds = i64::try_from(ticks / 10_000_000).ok()? - FROM_1601_TO_1970;
        Moment::utc(seconds, i32::try_from(ticks % 10_000_000 * 100).ok()?)
    }

    /// That many seconds after the start of 1970 in UTC, with nanoseconds; nothing far from our time.
    pub fn utc(seconds: i64, nanoseconds: i32) -> Option<Self> {
        let moment = jiff::Timestamp::new(seconds, nanoseconds).ok()?;
        let civil = moment.to_zoned(TimeZone::UTC).datetime();
        (1970..2200).contains(&civil.year()).then_some(Moment { civil, offset: Some(0) })
    }

    /// A date and time of Exif with its offset from UTC, such as `2023-11-14T22:13:20` and `+01:00`.
    pub fn parse(civil: &str, offset: Option<&str>) -> Option<Self> {
        let offset = offset.and_then(|text| {
            let zone = DateTimeParser::new().parse_time_zone(text).ok()?;
            Some(zone.to_fixed_offset().ok()?.seconds())
        });
        Some(Moment { civil: civil.parse().ok()?, offset })
    }

    /// To the second; where its clock does not tell its zone, read by the clock of `zone`.
    pub fn read_in(self, zone: Option<&TimeZone>) -> Self {
        let civil = self.civil.round(jiff::Unit::Second).unwrap_or(self.civil);
        let by_zone = || Some(civil.to_zoned(zone?.clone()).ok()?.offset().seconds());
        Moment { civil, offset: self.offset.or_else(by_zone) }
    }

    /// The instant of time, in seconds since 1970 in UTC. A clock that does not tell its zone is read as
    /// local time, as a person would.
    pub fn instant(self) -> Option<i64> {
        let known = self.offset.map(|seconds| Offset::from_seconds(seconds).ok());
        let zone = match known {
            Some(offset) => TimeZone::fixed(offset?),
            None => TimeZone::system(),
        };
        Some(self.civil.to_zoned(zone).ok()?.timestamp().as_second())
    }
}

/// RFC 3339, without a zone where none is known.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil.strftime("%Y-%m-%dT%H:%M:%S");
        let offset = self.offset.map(Offset::from_seconds);
        match offset {
            Some(Ok(Offset::UTC)) => write!(out, "{civil}Z"),
            Some(Ok(offset)) => match self.civil.to_zoned(TimeZone::fixed(offset)) {
                Ok(zoned) => write!(out, "{civil}{}", zoned.strftime("%:z")),
                Err(_) => write!(out, "{civil}"),
            },
            None | Some(Err(_)) => write!(out, "{civil}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: Option<i32>) -> Moment {
        Moment { civil: text.parse().unwrap(), offset }
    }

    #[test]
    fn a_moment_is_written_with_the_zone_that_is_known() {
        let text = "2024-05-17T18:03:22";
        assert_eq!(at(text, None).to_string(), text);
        assert_eq!(at(text, Some(0)).to_string(), format!("{text}Z"));
        assert_eq!(at(text, Some(7200)).to_string(), format!("{text}+02:00"));
        assert_eq!(at(text, Some(-19800)).to_string(), format!("{text}-05:30"));
    }

    #[test]
    fn a_clock_without_a_zone_is_read_by_the_one_that_is_given() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::fixed(jiff::tz::offset(2)));
        let moment = at("2024-05-17T18:03:21.5", None);
        assert_eq!(moment.read_in(Some(&berlin)).to_string(), "2024-05-17T18:03:22+02:00");
        assert_eq!(moment.read_in(None).to_string(), "2024-05-17T18:03:22");
        let known = at("2024-05-17T18:03:22", Some(0));
        assert_eq!(known.read_in(Some(&berlin)), known);
    }

    #[test]
    fn a_moment_with_a_zone_is_that_instant() {
        let parse = |text, offset| Moment::parse(text, Some(offset)).and_then(Moment::instant);
        assert_eq!(parse("1970-01-02T00:00:00", "+00:00"), Some(86_400));
        assert_eq!(parse("1970-01-02T00:00:00", "+02:00"), Some(79_200));
        assert_eq!(parse("1970-01-02T00:00:00", "-00:30"), Some(88_200));
        assert_eq!(parse("not a time", "+00:00"), None);
    }

    #[test]
    fn windows_counts_from_1601_in_tenths_of_microseconds() {
        let civil = jiff::civil::date(2023, 11, 14).at(22, 13, 20, 500);
        let ticks = (1_700_000_000 + FROM_1601_TO_1970 as u64) * 10_000_000 + 5;
        assert_eq!(Moment::filetime(ticks), Some(Moment { civil, offset: Some(0) }));
        assert_eq!((Moment::filetime(0), Moment::filetime(u64::MAX)), (None, None));
    }

    #[test]
    fn moments_far_from_our_time_are_none() {
        assert_eq!(Moment::utc(1_715_961_802, 0).unwrap().to_string(), "2024-05-17T16:03:22Z");
        assert_eq!((Moment::utc(-1, 0), Moment::utc(i64::MAX, 0)), (None, None));
    }
}
