//! What a source is called, or holds, does not steer the terminal; and what is read for options has an end.

use std::fs;

use super::{Desk, photo};

/// A name that clears the screen, sets a title, turns what follows and ends the line.
const HOSTILE: &str = "card\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{7f}\nafterimage: lies.img";

/// Whether a text would steer a terminal.
fn steers(text: &str) -> bool {
    text.chars().any(|letter| {
        letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter))
    })
}

#[test]
fn the_name_of_a_source_cannot_speak_to_the_terminal() {
    let desk = Desk::new();
    desk.card(HOSTILE, &[&photo(1)]);
    fs::write(desk.path("empty\u{1b}[2J.img"), b"").unwrap();
    fs::write(desk.path("zero\u{1b}[2J.img"), vec![0; 1 << 20]).unwrap();
    let out = "out\u{1b}[2J";
    for (arguments, status) in [
        (&["scan", HOSTILE, "--output", out][..], 0),
        (&["scan", HOSTILE, "--output", out], 2),
        (&["scan", HOSTILE, "--output", "json", "--json"], 0),
        (&["scan", HOSTILE, "zero\u{1b}[2J.img", "missing\u{1b}[2J", "--output", "many"], 3),
        (&["scan", "zero\u{1b}[2J.img", "--output", "none"], 1),
        (&["scan", HOSTILE, "--list"], 0),
        (&["scan", HOSTILE, "--list", "--json"], 0),
        (&["scan", "empty\u{1b}[2J.img", "--output", "x"], 2),
        (&["scan", "missing\u{1b}[2J", "--output", "x"], 2),
        (&["scan", HOSTILE, "--output", HOSTILE], 2),
        (&["scan", HOSTILE, "--output", "x", "--signatures", "no\u{1b}[2J\nsuch"], 2),
        (&["scan", HOSTILE, "--\u{1b}[2J"], 2),
        (&["bench", "missing\u{1b}[2J"], 2),
    ] {
        let ran = desk.run(arguments);
        ran.check(status);
        assert!(!steers(&ran.out), "{arguments:?}: {:?}", ran.out);
        assert!(!steers(&ran.err), "{arguments:?}: {:?}", ran.err);
        let forged = |text: &str| text.lines().any(|line| line.starts_with("afterimage: lies"));
        assert!(!forged(&ran.out) && !forged(&ran.err), "{arguments:?}: {:?}", ran.err);
    }
    let said = desk.run(&["scan", HOSTILE, "--output", "again", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(said["sources"][0]["path"], HOSTILE, "programs read the name itself");
}

#[cfg(unix)]
#[test]
fn a_file_of_signatures_has_an_end() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    fs::write(desk.path("long.toml"), "#".repeat(2 << 20)).unwrap();
    let scan =
        |file: &str| desk.run(&["scan", "card.img", "--output", "out", "--signatures", file]);
    for endless in ["/dev/zero", "long.toml"] {
        let ran = scan(endless);
        ran.check(2);
        ran.complains(&["cannot read the signatures in ", "it is longer than 1.0 MB"]);
    }
    assert_eq!(scan(".").status, 2);
    assert!(!desk.path("out").exists());
}
