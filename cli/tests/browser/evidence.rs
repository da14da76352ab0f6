//! Names and Exif that were made to do harm: they are shown as text, and nothing runs.

use std::fs;

use serde_json::{Value, json};

use super::desk::{Desk, file};
use super::page::Page;

const MARKUP: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>";

fn hostile() -> Vec<Value> {
    let long = format!("{}.jpg", "\u{e4}".repeat(10_000));
    let exif =
        json!({ "make": MARKUP, "model": "<b onclick=alert(4)>x</b>", "taken": "<i>never</i>" });
    vec![
        json!({ "name": MARKUP, "original_path": format!("{MARKUP}/{MARKUP}"), "exif": exif,
                "proof": MARKUP, "format": MARKUP, "mime": MARKUP, "path": "javascript:alert(5)", "thumb": "javascript:alert(6).jpg",
                "issues": [{ "offset": 1, "what": MARKUP }] }),
        json!({ "name": "photo\u{202e}gpj.exe", "path": "../../../etc/passwd.jpg" }),
        json!({ "name": "a\u{0}b\u{1b}[2Jc\nd\u{7f}\u{85}", "path": "/etc/passwd.jpg", "thumb": "//host.example/a.jpg" }),
        json!({ "name": long, "path": "https://host.example/a.jpg", "thumb": "https:/host.example/b.jpg" }),
        json!({ "name": "of-prototypes.jpg", "path": "photos/a.jpg", "mime": "constructor", "format": "toString", "grade": "verified", "status": "unknown" }),
        json!({ "name": "`${alert(7)}`{{7*7}}", "path": "photos/../../x.jpg", "thumb": "a\\b.jpg" }),
    ]
}

#[test]
fn what_comes_from_evidence_is_text() {
    let Some(mut page) = Page::new(1440, "dark") else { return };
    let (desk, all) = (Desk::new(), hostile());
    // The only addresses that may come of the evidence: files below the folder, whatever their names look like.
    fs::create_dir_all(desk.path("https:/host.example")).unwrap();
    for name in ["javascript:alert(6).jpg", "https:/host.example/b.jpg"] {
        fs::write(desk.path(name), "no picture").unwrap();
    }
    let path = desk.made(all.len() as u64, |id| file(id, &all[id as usize - 1]));
    page.open(&path);
    page.shows("6");
    page.choose("#group", "");
    page.choose("#sort", "offset");
    page.until(
        "document.querySelector('[data-place=\"0\"] .name')?.innerText.includes('</script>')",
    );
    let name = page.text("[data-place=\"1\"] .name");
    assert_eq!(name, "photo\u{27e8}U+202E\u{27e9}gpj.exe");
    let name = page.text("[data-place=\"2\"] .name");
    assert_eq!(name, "a\u{2400}b\u{241b}[2Jc\u{240a}d\u{2421}\u{27e8}U+0085\u{27e9}");
    let shown = page.text("[data-place=\"3\"] .name");
    assert!(shown.chars().count() < 200 && shown.contains('\u{2026}'), "{shown}");
    for place in 0..6 {
        page.value(&format!("document.querySelector('[data-place=\"{place}\"]').click()"));
        page.until(&format!(
            "document.querySelector('#details .position')?.innerText === '{} of 6'",
            place + 1
        ));
        if place == 3 {
            let whole =
                page.value("[...document.querySelector('#details-name').textContent].length");
            assert_eq!(whole, 10_004);
        }
        page.press("Escape");
        page.until("!document.getElementById('details').open");
    }
    only_ours(&mut page);
    page.press("Control+a");
    page.click("#take");
    page.until("document.getElementById('taking').open");
    only_ours(&mut page);
}

/// Holds that no element, handler or address came of the evidence.
fn only_ours(page: &mut Page) {
    let made = "[...document.querySelectorAll('body *')].filter((one) =>
        one.matches('svg, iframe, object, [onerror], [onload], [onclick]')
        || (one.matches('b') && one.textContent === 'x')
        || /^(javascript|https?):/.test(one.getAttribute('href') || one.getAttribute('src') || '')).length";
    assert_eq!(page.value(made), 0);
    // Of these paths two alone lead to files below the folder; any other that was fetched would be complained of.
    page.is_quiet();
}
