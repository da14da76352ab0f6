//! What is printed fits the terminal: nothing is wider than it, but for commands and names, which stay whole.

use std::fs;

use super::{Desk, photo};

/// Lines wider than `width` that are not a single word, a command or a link.
fn too_wide(text: &str, width: usize) -> Vec<&str> {
    let is_wide = |line: &&str| {
        let line = line.trim();
        let is_command = line.starts_with("afterimage ") || line.starts_with("sudo ");
        let is_link = line.contains("https://");
        line.contains(' ') && !is_command && !is_link
    };
    text.lines().filter(|line| line.chars().count() > width).filter(is_wide).collect()
}

#[test]
fn prose_is_no_wider_than_the_terminal() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    desk.card("png.img", &[&photo(1)]);
    fs::write(desk.path("empty.img"), vec![0xFF; 1 << 20]).unwrap();
    for width in [40, 60, 80] {
        let out = format!("o{width}");
        let all: [&[&str]; 6] = [
            &["scan", "card.img", "--output", &out],
            &["scan", "png.img", "--output", &format!("p{width}"), "--dry-run"],
            &["scan", "empty.img", "--output", &format!("e{width}")],
            &["scan", "png.img", "--output", &format!("f{width}"), "--min-size", "1M"],
            &["find", "png.img"],
            &["find", "--guide", "dropbox"],
        ];
        for arguments in all {
            let mut command = desk.command(arguments);
            let output = command.env("COLUMNS", width.to_string()).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.lines().count() > 3, "{arguments:?}: {text}");
            let wide = too_wide(&text, width);
            assert!(wide.is_empty(), "{arguments:?} at {width}: {wide:#?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_real_terminal_gets_lines_that_break_between_words() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    let program = env!("CARGO_BIN_EXE_afterimage");
    for width in [40, 80] {
        for rest in ["formats", "scan card.img --quiet --stats --output"] {
            let out = if rest.ends_with("--output") { format!(" s{width}") } else { String::new() };
            let line = format!("stty rows 24 cols {width}; '{program}' {rest}{out}");
            let script = std::process::Command::new("script")
                .args(["-qec", &line, "/dev/null"])
                .current_dir(desk.path("."))
                .env_remove("COLUMNS")
                .stdin(std::process::Stdio::null())
                .output();
            let Ok(output) = script else {
                eprintln!("skipped: there is no `script`");
                return;
            };
            let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
            assert!(text.lines().count() > 5, "{rest}: {text}");
            let wide = too_wide(&text, width);
            assert!(wide.is_empty(), "{rest} at {width}: {wide:#?}");
        }
    }
}
