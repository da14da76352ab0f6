//! All of the gallery by keyboard alone.

use serde_json::json;

use super::desk::{Desk, file};
use super::page::Page;

#[test]
fn keys_are_enough() {
    let Some(mut page) = Page::new(1000, "light") else { return };
    let desk = Desk::new();
    let more = json!({ "exif": { "taken": "2024-05-04T12:00:00" } });
    page.open(&desk.made(500, |id| file(id, &more)));
    page.shows("500");
    page.press("/");
    assert_eq!(page.value("document.activeElement.id"), "search");
    page.type_text("IMG_00012");
    page.shows("10");
    page.press("Enter");
    active(&mut page, "0");
    page.press("ArrowRight");
    active(&mut page, "1");
    page.press("ArrowDown");
    let columns =
        page.value("Number(document.getElementById('grid').getAttribute('aria-colcount'))");
    let below = (1 + columns.as_u64().unwrap()).min(9);
    active(&mut page, &below.to_string());
    page.press("Control+End");
    active(&mut page, "9");
    page.press(" ");
    chosen(&mut page, "1 file selected");
    page.press("Shift+ArrowLeft");
    chosen(&mut page, "2 files selected");
    page.press("Control+a");
    chosen(&mut page, "10 files selected");
    page.press("Escape");
    page.until("document.getElementById('tray').hidden");
    page.press("Control+Home");
    page.press("Enter");
    page.until("document.getElementById('details').open");
    page.press("ArrowRight");
    page.until("document.querySelector('#details .position')?.innerText === '2 of 10'");
    page.press("Escape");
    active(&mut page, "1");
    page.press("/");
    page.press("Escape");
    page.shows("500");
    page.press("Control+End");
    active(&mut page, "499");
    let seen = "(() => {
        const box = document.activeElement.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight;
    })()";
    page.until(seen);
    page.is_quiet();
}

/// Holds that the focus is on the cell of that place.
#[track_caller]
fn active(page: &mut Page, place: &str) {
    page.until(&format!("document.activeElement.dataset.place === '{place}'"));
}

#[track_caller]
fn chosen(page: &mut Page, text: &str) {
    page.until(&format!("document.getElementById('chosen').innerText.startsWith('{text}')"));
}
