//! How failures are told: one line that says what, why, and what to do about it.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;

use afterimage_engine::error::Error;

/// `afterimage: WHAT: WHY; ADVICE`.
pub fn line(error: &(dyn Cause + 'static)) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let advice = chain().find_map(|error| error.downcast_ref::<Error>()?.advice());
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("afterimage: {}{advice}", causes.join(": "))
}

/// A reader that has seen enough, as `head` has, is no failure.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_and_why_and_what_to_do() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        let error = Error::Open { path: "card.img".into(), source };
        assert_eq!(
            line(&error),
            "afterimage: cannot open card.img: entity not found; check the path; `lsblk` lists \
             drives and cards"
        );
    }
}
