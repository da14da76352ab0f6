//! A source that several processes scan, as engines on many machines start them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::resume::{Said, check_same, said};
use super::{Desk, photo};

/// What a merge of so many shards said and wrote, but for how many there were.
pub(super) fn merged(output: &Path, shards: u32) -> Said {
    let mut said = said(output);
    let options = said.0["options"].as_object_mut().unwrap();
    assert_eq!(options.remove("shards"), Some(shards.into()));
    said
}

/// A desk with a card on which photos lie in each of four shards.
fn desk() -> Desk {
    let desk = Desk::new();
    let photos: Vec<Vec<u8>> = (1..7).map(photo).collect();
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    desk.card("card.img", &photos);
    desk
}

/// Carves one shard, the number of which `variables` tell.
#[track_caller]
fn carve(desk: &Desk, asked: &str, variables: &[(&str, &str)], output: &str) -> Value {
    let shard = format!("--shard={asked}");
    let arguments = ["scan", "card.img", &shard, "--resume", "--output", output, "--json"];
    let ran = desk.command(&arguments).envs(variables.iter().copied()).output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{err}");
    serde_json::from_slice(&ran.stdout).unwrap()
}

#[test]
fn shards_that_engines_number_are_merged_to_one_scan() {
    let desk = desk();
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    let kubernetes = |at: usize| {
        carve(&desk, "/4", &[("JOB_COMPLETION_INDEX", &at.to_string())], &format!("k{at}"))
    };
    let slurm = |at: usize| {
        let at = at.to_string();
        let count = ("SLURM_ARRAY_TASK_COUNT", "4");
        carve(&desk, "", &[("SLURM_ARRAY_TASK_ID", &at), count], &format!("s{at}"))
    };
    let mut candidates = 0;
    for at in 0..4 {
        let carved = kubernetes(at);
        assert_eq!((&carved["shard"], &carved["shards"]), (&at.into(), &4.into()));
        candidates += carved["candidates"].as_u64().unwrap();
        assert_eq!(carved, slurm(at), "the same, however its number is told");
    }
    assert!(candidates >= 6, "{candidates}");
    // A task that is begun again has nothing left to do.
    assert_eq!(kubernetes(2)["finished"], true);
    for from in ["k", "s"] {
        let output = format!("merged-{from}");
        let shards = (0..4).map(|at| format!("{from}{at}"));
        let arguments = ["merge", "--source", "card.img", "--output", &output].map(str::to_owned);
        let arguments: Vec<String> = arguments.into_iter().chain(shards).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = desk.run(&arguments);
        ran.check(0);
        ran.says("Found 6 photos in card.img (1.0 MB scanned in 4 shards)");
        check_same(&said(&desk.path("out")), &merged(&desk.path(&output), 4), from);
    }
}

#[test]
fn a_merge_says_which_shards_are_missing() {
    let desk = desk();
    for shard in ["0/3", "2/3"] {
        let output = format!("shard-{}", &shard[..1]);
        let ran = desk.run(&["scan", "card.img", "--shard", shard, "--output", &output]);
        ran.check(0);
        ran.says(&format!("Shard {shard} is carved"));
    }
    let merge = ["merge", "shard-0", "shard-2", "--source", "card.img", "--output", "merged"];
    let ran = desk.run(&merge);
    ran.check(2);
    assert!(
        ran.err.starts_with("afterimage: cannot finish: of 3 shards, 1 is missing; carve "),
        "{}",
        ran.err
    );
    assert_eq!(ran.err.lines().count(), 1);
    assert!(!desk.path("merged").exists());
    let ran = desk.run(&["merge", "shard-2", "shard-0", "--partial", "--output", "some"]);
    ran.check(0);
    ran.says("2 of 3 shards are joined in some: shard 1 is missing.");
    let ran = desk.run(&["merge", "some", "--partial", "--output", "same", "--json"]);
    ran.check(0);
    let joined: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(joined["missing"], serde_json::json!([1]));
    let ran = desk.run(&["recover", "some"]);
    ran.check(2);
    assert!(ran.err.contains("0 and 2 of 3 shards"), "{}", ran.err);
    let again = desk.run(&["scan", "card.img", "--shard", "0/3", "--output", "shard-0"]);
    again.check(2);
    assert!(
        again.err.contains("afterimage scan card.img --shard 0/3 --output shard-0 --resume"),
        "{}",
        again.err
    );
    desk.run(&["scan", "card.img", "--shard", "1/3", "--output", "shard-1"]).check(0);
    desk.run(&["merge", "some", "shard-1", "--source", "card.img", "--output", "merged"]).check(0);
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    check_same(&said(&desk.path("out")), &merged(&desk.path("merged"), 3), "in two steps");
}

#[test]
fn what_is_known_is_told_to_the_shards_and_to_the_merge() {
    let desk = desk();
    fs::create_dir(desk.path("have")).unwrap();
    fs::write(desk.path("have/mine.png"), photo(3)).unwrap();
    desk.run(&["scan", "card.img", "--known", "have", "--output", "out"]).check(0);
    for shard in ["0/2", "1/2"] {
        let output = format!("s/{}", &shard[..1]);
        let scan = ["scan", "card.img", "--known", "have", "--shard", shard, "--output", &output];
        desk.run(&scan).check(0);
    }
    let merge = ["merge", "s", "--source", "card.img", "--output", "merged"];
    let ran = desk.run(&merge);
    ran.check(2);
    assert!(ran.err.contains("it was carved with --known"), "{}", ran.err);
    assert!(!desk.path("merged").exists());
    desk.run(&[&merge[..], &["--known", "have"]].concat()).check(0);
    check_same(&said(&desk.path("out")), &merged(&desk.path("merged"), 2), "known");
}

#[test]
fn what_a_shard_cannot_do_is_refused_in_one_line() {
    let desk = desk();
    fs::write(desk.path("other.img"), [0; 4096]).unwrap();
    let scan = |more: &[&str]| desk.run(&[&["scan", "card.img", "--output", "s"], more].concat());
    for (more, what) in [
        (&["--shard", "4/4"][..], "the first is 0 and the last is 3"),
        (&["--shard", "card.img"], "not I/N"),
        (&["--shard"], "neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set"),
        (&["--shard", "0/2", "--all"], "--all"),
        (&["--shard", "0/2", "--path", "DCIM/**"], "--path"),
        (&["--shard", "0/2", "--dry-run"], "--dry-run"),
        (&["--shard", "0/2", "--batch"], "--batch"),
        (&["other.img", "--shard", "0/2"], "a shard of 2 sources"),
    ] {
        let ran = scan(more);
        ran.check(2);
        assert!(ran.err.contains(what), "{more:?}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
    let nowhere: PathBuf = desk.path("s");
    assert!(!nowhere.exists());
    for more in [&["--partial", "--all"][..], &["--partial", "--source", "card.img"], &[]] {
        desk.run(&[&["merge", "s", "--output", "m"], more].concat()).check(2);
    }
}
