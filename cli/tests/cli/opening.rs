//! Sources that take long to open: that is told, and ends when somebody wants it to.
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::fs;
use std::process::{Command, Stdio};

use super::Desk;
use super::on_terminal::{Step, on_terminal};

/// Writes a file that takes several seconds to unpack; whether that was possible.
fn write_slow(desk: &Desk, name: &str) -> bool {
    let zeros = "head -c 67108864 /dev/zero | gzip -9";
    let made = Command::new("sh").args(["-c", zeros]).stderr(Stdio::null()).output();
    let Some(member) = made.ok().map(|made| made.stdout).filter(|member| member.len() > 1000)
    else {
        eprintln!("gzip is not installed: nothing is opened slowly");
        return false;
    };
    fs::write(desk.path(name), member.repeat(800)).unwrap();
    true
}

#[test]
fn what_takes_long_to_open_is_told_and_ends_with_ctrl_c() {
    let desk = Desk::new();
    fs::create_dir(desk.path("shelf")).unwrap();
    if !write_slow(&desk, "shelf/card.img.gz") {
        return;
    }
    for (arguments, ended) in [
        (&["scan", "shelf", "-o", "out"][..], "stopped while images were looked for"),
        (&["scan", "shelf", "--list"], "stopped while a source was opened"),
        (&["scan", "shelf", "-o", "out", "--shard", "0/2"], "stopped while the source was opened"),
        (&["scan", "shelf/card.img.gz", "-o", "out"], "stopped while a source was opened"),
        (&["forecast", "shelf/card.img.gz"], "stopped before enough was looked at"),
    ] {
        let step = Step::said("card.img.gz is being opened", "\u{3}");
        let Some((status, _, said)) = on_terminal(&desk, &[step], arguments) else {
            return;
        };
        assert_eq!(status, 130, "{arguments:?}: {said}");
        assert!(said.contains(ended), "{arguments:?}: {said}");
        assert_eq!(said.matches("is being opened").count(), 1, "{said}");
        assert!(!desk.path("out").exists(), "{arguments:?}");
    }
}
