//! The gallery of the demo card: filtered, searched, grouped, looked at, chosen from.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::desk::Desk;
use super::page::Page;

#[test]
fn the_demo_card_is_looked_through_and_chosen_from() {
    let Some(mut page) = Page::new(1440, "light") else { return };
    let desk = Desk::new();
    page.save_to(&desk.path(""));
    page.open(&desk.demo());
    let report = desk.report("out");
    let photos = report["summary"]["photos"].to_string();
    assert_eq!(page.text("h1"), format!("{photos} photos recovered"));
    page.shows(&photos);
    page.until("document.querySelectorAll('.frame img.seen').length >= 8");
    let inside = report["summary"]["inside"].to_string();
    page.click("[data-of=inside]");
    let both = report["summary"]["photos"].as_u64().unwrap()
        + report["summary"]["inside"].as_u64().unwrap();
    page.shows(&both.to_string());
    assert!(page.text("[data-of=inside]").ends_with(&inside));
    page.click("[data-of=inside]");
    page.shows(&photos);
    searches(&mut page);
    details(&mut page);
    chosen(&mut page, &desk);
    page.is_quiet();
}

fn searches(page: &mut Page) {
    page.click("#search");
    page.type_text("EVENING lake");
    page.shows("1");
    assert!(page.text("[role=gridcell] .name").contains("evening at the lake.jpg"));
    page.press("Escape");
    page.until("!document.getElementById('count').innerText.startsWith('1 ')");
    page.choose("#group", "camera");
    page.until("document.querySelector('.heading')?.innerText.match(/^[A-Z]/) && !document.querySelector('.heading').innerText.includes('20')");
    page.choose("#group", "month");
    page.value("[...document.querySelectorAll('.facet label')].find((one) => one.innerText.includes('Partial')).click()");
    page.shows("1");
    assert!(page.text("[role=gridcell]").contains("Partial"));
    page.click("#reset");
    page.until("!document.getElementById('count').innerText.startsWith('1 ')");
}

fn details(page: &mut Page) {
    page.click("[role=gridcell] .frame");
    page.until("document.getElementById('details').open");
    let text = page.text("#details");
    for said in
        ["Offset (hex)", "BLAKE3", "SHA256", "Original path", "Date of the written file", "Holds"]
    {
        assert!(text.contains(said), "no {said} in {text}");
    }
    page.until("document.querySelector('#details img')?.naturalWidth > 500");
    page.press("ArrowRight");
    page.until("document.querySelector('#details .position').innerText.startsWith('2 of')");
    page.press("Escape");
    page.until("!document.getElementById('details').open");
}

fn chosen(page: &mut Page, desk: &Desk) {
    // The focus is on what was looked at last.
    page.until("document.activeElement.dataset.place === '1'");
    page.press(" ");
    page.press("Shift+ArrowRight");
    page.until("document.getElementById('chosen').innerText.startsWith('2 files selected')");
    page.click("#take");
    page.until("document.getElementById('taking').open");
    let out = desk.path("out");
    assert!(
        page.text("#taking").contains(&format!("afterimage recover {}", out.to_str().unwrap()))
    );
    page.click("#save-list");
    let (list, began) = (desk.path("afterimage-selection.txt"), Instant::now());
    while !list.exists() {
        assert!(began.elapsed() < Duration::from_secs(30), "the list was not saved");
        thread::sleep(Duration::from_millis(50));
    }
    let text = fs::read_to_string(&list).unwrap();
    assert_eq!(text.lines().filter(|line| line.parse::<u64>().is_ok()).count(), 2, "{text}");
    desk.run(&["recover", "out", "--select", "afterimage-selection.txt", "--to", "chosen"]);
    let report = desk.report("chosen");
    let written =
        report["files"].as_array().unwrap().iter().filter(|file| file["path"].is_string());
    assert_eq!(written.count(), 2);
}

/// Parts of the script, whose functions the page keeps to itself.
const TAKING: &str = include_str!("../../../engine/src/output/views/gallery/page/script/taking.js");
const COLUMNS: &str =
    include_str!("../../../engine/src/output/views/gallery/page/script/columns.js");

/// What the first asks of the parts before it as it is read.
const BESIDE: &str = "const byId = () => ({ addEventListener() {} });";

#[test]
fn a_folder_is_quoted_for_the_shell_that_it_is_typed_into() {
    let Some(mut page) = Page::new(800, "light") else { return };
    page.open(&Desk::new().made(1, |id| super::desk::file(id, &serde_json::json!({}))));
    for (text, shell, expected) in [
        ("/home/a/out", "sh", "/home/a/out"),
        ("/home/a b/it's", "sh", r"'/home/a b/it'\''s'"),
        (r"C:\out", "PowerShell", r"C:\out"),
        (r"C:\out", "Command Prompt", r"C:\out"),
        (r"C:\a b, it's", "PowerShell", r"'C:\a b, it''s'"),
        ("C:\\a\u{2019}s", "PowerShell", "'C:\\a\u{2019}\u{2019}s'"),
        (r"C:\$x`y", "PowerShell", r"'C:\$x`y'"),
        (r"C:\a b", "Command Prompt", r#""C:\a b""#),
        (r"C:\a&b\", "Command Prompt", r#""C:\a&b\\""#),
        (r"C:\100%PATH%", "Command Prompt", r#""C:\100"^%"PATH"^%"""#),
    ] {
        let text_of_it = serde_json::json!(text);
        let quoted =
            format!("(() => {{ {BESIDE}\n{TAKING}\nreturn quoted({text_of_it}, '{shell}'); }})()");
        assert_eq!(page.value(&quoted), expected, "{text} in {shell}");
    }
    for (host, path, windows, expected) in [
        ("", "/home/a%20b/report.html", false, "/home/a b"),
        ("", "/report.html", false, "/"),
        ("", "/C:/a%20b/report.html", true, r"C:\a b"),
        ("", "/C:/report.html", true, r"C:\."),
        ("nas", "/photos/out/report.html", true, r"\\nas\photos\out"),
        ("", "/a%ff/report.html", false, "/a%ff"),
    ] {
        let folder = format!(
            "(() => {{ {BESIDE}\n{TAKING}\nreturn folderOf('{host}', '{path}', {windows}); }})()"
        );
        assert_eq!(page.value(&folder), expected, "{path}");
    }
}

#[test]
fn room_is_made_for_what_is_there() {
    let Some(mut page) = Page::new(800, "light") else { return };
    page.open(&Desk::new().made(3, |id| super::desk::file(id, &serde_json::json!({}))));
    let room = page.value(&format!(
        "(() => {{ const facts = {{ summary: {{ files: 4e9 }} }}, dimensions = {{}};\n{COLUMNS}\nmakeRoom(1); return files.capacity; }})()"
    ));
    assert!(room.as_u64().unwrap() <= 1 << 18, "{room}");
}
