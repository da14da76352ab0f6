//! What object storage says where it refuses: a short text in XML.

/// The longest refusal that is read, in bytes.
pub(super) const LONGEST: u64 = 16 << 10;

/// The longest word of a server that is repeated, in characters.
const MOST_SAID: usize = 200;

/// The code and the message of a refusal; nothing where it is another text.
///
/// Source: Amazon S3 API Reference, "Error responses".
pub(super) fn said(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    if !text.contains("<Error>") {
        return None;
    }
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(one_line(rest.split_once("</")?.0))
    };
    let code = element("Code")?;
    Some(element("Message").map_or_else(|| code.clone(), |message| format!("{code}: {message}")))
}

/// What a server says, short and in one line.
pub(super) fn one_line(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    let line: String = text.chars().map(plain).take(MOST_SAID).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_one_line() {
        let body = b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Access\n Denied</Message></Error>";
        assert_eq!(said(body).as_deref(), Some("AccessDenied: Access Denied"));
        assert_eq!(said(b"<Error><Code>X</Code></Error>").as_deref(), Some("X"));
        assert_eq!(said(b"<html><Code>X</Code></html>"), None);
        assert_eq!(said(b"<Error><Code>broken"), None);
        let long = format!("<Error><Code>{}</Code></Error>", "\u{1b}x".repeat(1000));
        assert!(said(long.as_bytes()).is_some_and(|said| said.len() <= 2 * MOST_SAID));
    }
}
