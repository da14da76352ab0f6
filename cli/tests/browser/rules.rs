//! The rules of accessibility that axe-core knows, in both themes, on a phone and on a desk.

use std::fs;

use super::desk::Desk;
use super::page::Page;

#[test]
fn axe_finds_no_serious_fault() {
    let Some(axe) = std::env::var_os("AXE") else {
        eprintln!("AXE does not name axe.min.js: its rules were not tried");
        return;
    };
    let axe = fs::read_to_string(axe).unwrap();
    let desk = Desk::new();
    let gallery = desk.demo();
    for (width, theme) in [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")] {
        let Some(mut page) = Page::new(width, theme) else { return };
        page.open(&gallery);
        page.until("document.querySelectorAll('[role=gridcell]').length > 3");
        page.value(&format!("{axe}; 0"));
        clean(&mut page, "the grid");
        page.value("document.querySelector('[role=gridcell]').click()");
        page.until("document.getElementById('details').open");
        clean(&mut page, "details");
        page.press("Escape");
        page.press("Control+a");
        page.value("document.getElementById('take').click()");
        page.until("document.getElementById('taking').open");
        clean(&mut page, "the selection");
        page.press("Escape");
        page.value("document.querySelector('[data-opens=about]').click()");
        page.until("document.getElementById('about').open");
        clean(&mut page, "about");
    }
}

#[track_caller]
fn clean(page: &mut Page, what: &str) {
    let found = page.value(
        "axe.run(document, { resultTypes: ['violations'] }).then((held) => held.violations
           .filter((one) => ['serious', 'critical'].includes(one.impact))
           .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')))",
    );
    assert_eq!(found, serde_json::json!([]), "{what}");
}
