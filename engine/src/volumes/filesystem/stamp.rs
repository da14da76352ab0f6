//! Moments, as file systems record them.

/// A moment as a file system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What the clock showed.
    pub civil: jiff::civil::DateTime,
    /// Seconds east of UTC of that clock, where they are known.
    pub offset: Option<i32>,
}

impl Stamp {
    /// A moment of that many seconds since 1970 in UTC, with nanoseconds; nothing far from our time.
    pub fn utc(seconds: i64, nanoseconds: i32) -> Option<Self> {
        let moment = jiff::Timestamp::new(seconds, nanoseconds).ok()?;
        let civil = moment.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        (1970..2200).contains(&civil.year()).then_some(Stamp { civil, offset: Some(0) })
    }
}
