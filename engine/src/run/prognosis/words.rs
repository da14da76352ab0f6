//! Numbers as a worried person reads them.

pub(super) use crate::output::words::{bytes, count};

/// A share in per cent. Only all of it is 100 %, and something is never 0 %.
pub(super) fn percent(share: f64) -> String {
    match (share * 100.0).floor() {
        floor if share > 0.0 && floor < 1.0 => "less than 1 %".to_owned(),
        floor if share < 1.0 => format!("{} %", floor.min(99.0)),
        _ => "100 %".to_owned(),
    }
}

/// The share that a part is of a whole.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_of_it_is_all_of_it() {
        let said = [0.0, 0.0001, 0.5, 0.999, 0.9999999, 1.0].map(percent);
        assert_eq!(said, ["0 %", "less than 1 %", "50 %", "99 %", "99 %", "100 %"]);
        assert_eq!((percent(share(1, 4)), share(0, 0)), ("25 %".to_owned(), 0.0));
    }

    #[test]
    fn numbers_have_their_units() {
        assert_eq!((bytes(1), bytes(999_950)), ("1 byte".to_owned(), "1.0 MB".to_owned()));
        assert_eq!(count(2, "photo", "photos"), "2 photos");
    }
}
