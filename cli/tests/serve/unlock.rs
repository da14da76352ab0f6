//! A scan of encrypted volumes that the page goes on with: it asks for the key, as the command line does.

use std::fs;

use afterimage_testdata::card;
use afterimage_testdata::encrypted::{PASSPHRASE, luks1};
use serde_json::{Value, json};

use super::desk::Desk;
use super::on_terminal::{Step, on_terminal};

#[test]
fn a_scan_whose_source_was_unlocked_is_gone_on_with_by_what_is_typed_on_the_page() {
    let desk = Desk::new();
    fs::write(desk.path("disk.img"), luks1(&card::demo().image)).unwrap();
    let scan = ["scan", "disk.img", "-o", "out", "--unlock", "--read-limit", "1M", "-q"];
    let scan = [&scan[..], &["--chunk-size", "256K"]].concat();
    let right = format!("{PASSPHRASE}\n");
    let steps =
        [Step::hidden("volumes: ", &right), Step::file("out/.afterimage/scan.log", "SIGKILL")];
    let Some((status, ..)) = on_terminal(&desk, &steps, &scan) else { return };
    assert_eq!(status, -9, "it was killed");
    let page = desk.serve(&["out"]);
    let asked = json!({ "source": desk.text("disk.img"), "output": desk.text("out") });
    let checked = page.done("api/check", &asked);
    assert_eq!((&checked["unfinished"], &checked["key"]), (&true.into(), &true.into()));
    let again = |passphrase: Option<&str>| {
        let mut asked = asked.clone();
        asked["resume"] = true.into();
        if let Some(passphrase) = passphrase {
            asked["passphrase"] = passphrase.into();
        }
        asked
    };
    for none in [None, Some("")] {
        let said = page.post("api/scan", &again(none)).json();
        assert!(said["error"].as_str().unwrap().contains("Type the passphrase"), "{said}");
    }
    page.done("api/scan", &again(Some("no such word")));
    let state = page.until("refused", |state| !state["ended"].is_null());
    let said = state["ended"].to_string();
    assert!(said.contains("cannot unlock") && !said.contains("no such word"), "{said}");
    page.done("api/scan", &again(Some(PASSPHRASE)));
    let state = page.until("over", |state| {
        state["phase"] == "finished" && state["ended"]["incomplete"] == false
    });
    assert_eq!(state["ended"]["key"], false);
    let report = fs::read_to_string(desk.path("out/report.json")).unwrap();
    assert!(!report.contains(PASSPHRASE));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["sources"][0]["unlocked"][0]["type"], "luks1", "{report}");
    assert!(report["summary"]["photos"].as_u64() > Some(10));
    assert_eq!(page.quit().0, 0);
}
